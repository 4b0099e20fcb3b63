// As much Markdown as a README is read by: headings, code, lists, quotes, links and stress. The whole language would
// bring HTML, CSS and JavaScript along.

const SPANS = [
  [/^`[^`]+`/, 'monospace'],
  [/^\*\*[^*]+\*\*/, 'strong'],
  [/^\[[^\]]*\]\([^)]*\)/, 'link'],
  [/^https?:\/\/[^\s)>]+/, 'link'],
];

const lineStart = (stream) => {
  if (stream.match(/^#{1,6} .*/)) return 'heading';
  if (stream.match(/^\s*>.*/)) return 'quote';
  if (stream.match(/^\s*([-*+]|\d+\.) /)) return 'list';
  return undefined;
};

export const markdown = {
  name: 'markdown',
  startState: () => ({ fenced: false }),
  token(stream, state) {
    if (stream.sol()) {
      if (stream.match(/^\s*(```|~~~).*/)) {
        state.fenced = !state.fenced;
        return 'meta';
      }
      const whole = state.fenced ? undefined : lineStart(stream);
      if (whole) return whole;
    }
    if (state.fenced) {
      stream.skipToEnd();
      return 'monospace';
    }
    const span = SPANS.find(([pattern]) => stream.match(pattern));
    if (span) return span[1];
    stream.next();
    stream.eatWhile(/[^`*[h]/);
    return null;
  },
};
