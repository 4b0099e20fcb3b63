// Places in a text: lines and columns from 1 in letters, as people count them, and CodeMirror's, in UTF-16 units.

/** Line and column of the cursor. */
export const place = (state) => {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  return { line: line.number, column: [...line.text.slice(0, head - line.from)].length + 1 };
};

/** From where a diagnostic stands to the end of its line; the whole line where it stands behind that. */
export const underlined = (doc, { line: number, column, message, warning }) => {
  const line = doc.line(Math.min(Math.max(number, 1), doc.lines));
  const end = line.from + line.text.trimEnd().length;
  const named = line.from + [...line.text].slice(0, column - 1).join('').length;
  const start = line.from + (line.text.length - line.text.trimStart().length);
  const from = Math.min(named < end ? named : start, end);
  return { from, to: end, message, severity: warning ? 'warning' : 'error' };
};

/** The one change that makes a text another; nothing where they are the same. What is around it keeps the cursor. */
export const difference = (before, after) => {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
};
