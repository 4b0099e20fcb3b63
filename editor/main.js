// The editor of the Files panel: CodeMirror in a shadow root, so that its styles are adopted style sheets, which the
// page's policy allows. It knows one file, says what was typed, and asks for nothing.

import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from '@codemirror/commands';
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { search, searchKeymap } from '@codemirror/search';
import { Annotation, EditorState, Prec, Transaction } from '@codemirror/state';
import { EditorView, highlightActiveLine, highlightActiveLineGutter } from '@codemirror/view';
import { highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { difference, place, underlined } from './places.js';
import { languageOf } from './languages.js';
import { palette, theme } from './theme.js';

/** Changes that did not come from the learner. */
const fromOutside = Annotation.define();

/** Longer than anybody waits between Escape and Tab; CodeMirror's own two seconds are too short for some. */
const UNTIL_ANOTHER_KEY_MS = 1e9;

const INDENT = 2;

const leaving = (view) => {
  view.setTabFocusMode(UNTIL_ANOTHER_KEY_MS);
  // Escape still closes what is open.
  return false;
};

/** Indents what is selected; else goes on to the next stop by blanks, because YAML takes no tabs. */
const indent = (view) => {
  const { state } = view;
  if (!state.selection.main.empty) return indentMore(view);
  const past = (place(state).column - 1) % INDENT;
  const blanks = state.replaceSelection(' '.repeat(INDENT - past));
  view.dispatch(state.update(blanks, { scrollIntoView: true, userEvent: 'input.indent' }));
  return true;
};

const keys = (say) => [
  { key: 'Escape', run: leaving },
  { key: 'Tab', run: indent, shift: indentLess },
  {
    key: 'Mod-Enter',
    preventDefault: true,
    run: () => {
      say({ closed: true });
      return true;
    },
  },
  {
    key: 'Mod-s',
    scope: 'editor search-panel',
    preventDefault: true,
    run: (view) => {
      say({ saved: view.state.doc.toString() });
      return true;
    },
  },
];

const listener = (say) =>
  EditorView.updateListener.of(({ docChanged, selectionSet, state, transactions }) => {
    const isTyped = docChanged && !transactions.some((one) => one.annotation(fromOutside));
    if (isTyped) say({ edited: state.doc.toString() });
    if (docChanged || selectionSet) say(place(state));
  });

const extensions = (path, say) => [
  lineNumbers(),
  lintGutter(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  highlightSpecialChars(),
  history(),
  bracketMatching(),
  indentOnInput(),
  // The panel is narrow beside the tree: a line's end would be out of sight.
  EditorView.lineWrapping,
  search({ top: true }),
  EditorState.tabSize.of(INDENT),
  indentUnit.of(' '.repeat(INDENT)),
  Prec.high(keymap.of(keys(say))),
  keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap]),
  EditorView.contentAttributes.of({
    'aria-label': 'Editor',
    'aria-description': 'Tab indents. To leave, press Escape, then Tab.',
    // It is in the tab order anyway; said so, tools see that what scrolls around it can be reached.
    tabindex: '0',
  }),
  listener(say),
  languageOf(path),
  syntaxHighlighting(palette),
  theme,
];

/** The text field's selection, with the end that moves; the start of the text where nobody was in it yet. */
const selectionOf = (field) => {
  if (document.activeElement !== field) return { anchor: 0, head: 0 };
  const { selectionStart: start, selectionEnd: end, selectionDirection } = field;
  return selectionDirection === 'backward' ? { anchor: end, head: start } : { anchor: start, head: end };
};

/**
 * Takes the place of a plain text field: its text, its selection, and its focus. `say` gets `{ edited }`, `{ saved }`,
 * `{ closed }` and `{ line, column }`.
 */
export const open = (host, field, path, say) => {
  const root = host.attachShadow({ mode: 'open' });
  const selection = selectionOf(field);
  const state = EditorState.create({ doc: field.value, selection, extensions: extensions(path, say) });
  const scrollTo = EditorView.scrollIntoView(selection.head);
  const view = new EditorView({ state, parent: root, root, scrollTo });
  if (document.activeElement === field) view.focus();
  say(place(view.state));
  let told = '[]';
  return {
    /** The file's text and its diagnostics, as the page has them; what is the same already stays untouched. */
    show(wanted, diagnostics, undoable) {
      const changes = difference(view.state.doc.toString(), wanted.replace(/\r\n?/g, '\n'));
      if (changes) {
        view.dispatch({ changes, annotations: [fromOutside.of(true), Transaction.addToHistory.of(undoable)] });
      }
      const telling = JSON.stringify(diagnostics);
      if (!changes && telling === told) return;
      told = telling;
      const { state: now } = view;
      view.dispatch(setDiagnostics(now, diagnostics.map((one) => underlined(now.doc, one))));
    },
    close: () => view.destroy(),
  };
};
