/** How the pages look, by light and by dark. */
export const STYLE = `:root {
  --back: #f5f6f8; --front: #ffffff; --text: #1c1f23; --dim: #565f69; --line: #d9dde2; --link: #0b5c52;
  --good: #1a7f37; --fixed: #0b6e99; --bad: #b42318; --other: #6e7781;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14171a; --front: #1c2024; --text: #e6e9ec; --dim: #a2abb4; --line: #343a41; --link: #6fd3c3;
    --good: #56c271; --fixed: #5db8e0; --bad: #f5867a; --other: #98a1aa;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0.75rem 1rem; }
header { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: baseline; border-bottom: 1px solid var(--line); }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin-left: auto; }
a { color: var(--link); }
a[aria-current] { color: inherit; font-weight: 600; text-decoration: none; }
a:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--front); padding: 0.25rem 0.5rem; }
h1 { font-size: 1.35rem; margin: 0.5rem 0 1rem; }
h2 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 0.75rem; }
.card { background: var(--front); border: 1px solid var(--line); border-radius: 8px; padding: 0.75rem 1rem; min-width: 0; }
.card h2 { margin: 0 0 0.5rem; display: flex; justify-content: space-between; }
.card p { margin: 0.35rem 0 0; }
.state { font-size: 0.85rem; color: var(--dim); }
.state.ERROR, .state.TRIPPED { color: var(--bad); }
.spark { display: block; max-width: 100%; height: 28px; }
rect { fill: var(--other); }
rect.passed { fill: var(--good); } rect.fixed { fill: var(--fixed); } rect.failed, rect.errored { fill: var(--bad); }
.outcome { white-space: nowrap; font-weight: 600; color: var(--other); }
.outcome.passed { color: var(--good); } .outcome.fixed { color: var(--fixed); } .outcome.failed, .outcome.errored { color: var(--bad); }
.scroll { overflow-x: auto; background: var(--front); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.4rem 0.75rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--dim); white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
.number { text-align: right; }
.dim, footer { color: var(--dim); }
.empty { background: var(--front); border: 1px dashed var(--line); border-radius: 8px; padding: 1rem; }
code { font: 0.9em ui-monospace, monospace; }
`;
