// Runs before the page, which is still on its way: sets the colours before the first paint, so that a dark page never flashes white,
// and asks at once what the overview will ask (api/early-link.ts takes the answers).
(function () {
  let wanted = null;
  try {
    wanted = localStorage.getItem('upkeep-color-scheme');
  } catch {
    // A browser that keeps nothing gets what its system says.
  }
  const dark = wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');

  if (location.pathname !== '/' || location.search.includes('repository=')) return;
  const paths = ['session.who', 'repositories.list', 'agents.list', 'scheduler.status', 'commits.recent', 'escalations.open'];
  const input = encodeURIComponent(JSON.stringify({ 2: {}, 4: {}, 5: {} }));
  const answers = fetch('/api/trpc/' + paths.join() + '?batch=1&input=' + input, { headers: { accept: 'application/json' } })
    .then((response) => response.json())
    .then((list) => Object.fromEntries(paths.map((path, index) => [path, list[index]])))
    .catch(() => ({}));
  globalThis.upkeepEarly = { at: performance.now(), answers };
})();
