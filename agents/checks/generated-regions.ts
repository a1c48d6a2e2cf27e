/** Parts of a text that a program writes, marked by comments. */

/** Which lines (1-based) of a text are generated; all of them when its head says so. */
export function generatedLines(text: string): (line: number) => boolean {
  if (isGeneratedText(text)) return () => true;
  const marked = new Set<number>();
  let open = 0;
  for (const [index, line] of text.split('\n').entries()) {
    let inside = open > 0;
    for (const comment of line.matchAll(/<!--\s*([^>]{1,200}?)\s*-->/g)) {
      const words = comment[1] ?? '';
      if (isEnd(words)) open = Math.max(0, open - 1);
      else if (isStart(words)) open += 1;
      inside ||= open > 0;
    }
    if (inside) marked.add(index + 1);
  }
  return (line) => marked.has(line);
}

/** Whether the head of a text says that a program wrote it. */
export function isGeneratedText(text: string): boolean {
  const head = text.slice(0, 1000);
  return (
    /(auto(matically|-)?\s?-?generated|generated (by|from|with|using)\b|@generated)/i.test(head) &&
    /<!--|do not (edit|modify|change)|^---/i.test(head) &&
    /do not (edit|modify|change)|@generated|<!--[^>]*generated/i.test(head)
  );
}

function isStart(words: string): boolean {
  return /\b(start|begin)\b|[-_](start|begin)\b|^toc$|^upkeep:(module-map|cli-help|api-reference)\b/i.test(
    words.split(/\s(?=[-—(])/)[0] ?? '',
  );
}

function isEnd(words: string): boolean {
  return /\b(end|stop)\b|[-_](end|stop)\b|^tocstop$|^\/|^\/toc$/i.test(words.split(/\s(?=[-—(])/)[0] ?? '');
}
