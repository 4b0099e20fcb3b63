// The look: nothing but the page's own tokens, which come into the shadow root by inheritance. Light and dark need no
// second theme: the tokens change.

import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const wavy = (colour) => ({
  backgroundImage: 'none',
  paddingBottom: 0,
  textDecoration: `underline wavy ${colour} 1px`,
  textUnderlineOffset: '3px',
  textDecorationSkipInk: 'none',
});

const text = {
  '&': { height: '100%', backgroundColor: 'var(--bg)', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  // Over the gutters, which would hide an outline.
  '&.cm-focused::after': {
    content: '""',
    position: 'absolute',
    inset: 0,
    zIndex: 300,
    border: '2px solid var(--accent)',
    borderRadius: '4px',
    pointerEvents: 'none',
  },
  '.cm-scroller': { font: '13px/20px var(--mono)', overflow: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 12px 0 8px' },
  '.cm-line::selection, .cm-line ::selection': { backgroundColor: 'var(--tape)', color: '#14180a' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--text) 5%, transparent)' },
  '.cm-specialChar': { color: 'var(--bad)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--hover)', outline: '1px solid var(--edge)' },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'transparent', outline: '1px solid var(--bad)' },
  '.cm-searchMatch': { backgroundColor: 'var(--soft)', outline: '1px solid var(--accent)' },
  '.cm-searchMatch-selected, .cm-searchMatch-selected *': { backgroundColor: 'var(--tape)', color: '#14180a' },
};

const gutters = {
  '.cm-gutters': { backgroundColor: 'var(--bg)', color: 'var(--faint)', border: 0 },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 6px 0 8px' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--text)' },
  '.cm-gutter-lint': { width: '10px' },
  '.cm-gutter-lint .cm-gutterElement': { display: 'grid', placeItems: 'start center', padding: '6px 0 0' },
  // The page's own marks: round is a warning, a diamond an error.
  '.cm-lint-marker': { content: '""', width: '8px', height: '8px' },
  '.cm-lint-marker-error': { content: '""', backgroundColor: 'var(--bad)', borderRadius: '1px', rotate: '45deg' },
  '.cm-lint-marker-warning': { content: '""', backgroundColor: 'var(--warn)', borderRadius: '50%' },
  '.cm-lintRange-error': wavy('var(--bad)'),
  '.cm-lintRange-warning': wavy('var(--warn)'),
  '.cm-lintRange-active': { backgroundColor: 'var(--hover)' },
  '.cm-lintPoint-error:after': { borderBottomColor: 'var(--bad)' },
  '.cm-lintPoint-warning:after': { borderBottomColor: 'var(--warn)' },
};

const control = {
  font: '500 12px/1 var(--sans)',
  color: 'var(--text)',
  backgroundImage: 'none',
  backgroundColor: 'var(--raised)',
  border: 'var(--b2)',
  borderRadius: '6px',
  minHeight: '26px',
  padding: '0 7px',
  margin: 0,
};

const focus = { outline: '2px solid var(--accent)', outlineOffset: '1px' };

const panels = {
  '.cm-panels': { backgroundColor: 'var(--panel)', color: 'var(--text)', zIndex: 2 },
  '.cm-panels-top': { borderBottom: 'var(--b1)' },
  '.cm-panels-bottom': { borderTop: 'var(--b1)' },
  '.cm-panel.cm-search, .cm-dialog': {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '6px 4px',
    padding: '8px',
    font: '12px/1.4 var(--sans)',
  },
  '.cm-panel.cm-dialog': { paddingRight: '36px' },
  '.cm-panel.cm-dialog label': { fontSize: '12px' },
  '.cm-panel.cm-search br': { display: 'none' },
  '.cm-panel.cm-search :is(input, button, label)': { margin: 0 },
  '.cm-panel.cm-search label': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: '4px',
    minHeight: '26px',
    marginInline: '4px',
    fontSize: '12px',
  },
  // A row of its own, but for the button that closes the panel.
  '.cm-panel.cm-search .cm-textfield[name=search]': { flex: '1 1 calc(100% - 32px)', marginRight: '32px' },
  '.cm-panel input[type=checkbox]': { accentColor: 'var(--accent)' },
  '.cm-panel .cm-textfield': {
    ...control,
    font: '12px/1 var(--mono)',
    backgroundColor: 'var(--bg)',
    borderColor: 'var(--edge)',
    flex: '1 1 100px',
    minWidth: 0,
  },
  '.cm-panel .cm-button': control,
  '.cm-panel .cm-button:hover': { backgroundColor: 'var(--hover)' },
  '.cm-panel .cm-button:active': { backgroundImage: 'none' },
  '.cm-panel.cm-panel [name=close], .cm-panel .cm-dialog-close': {
    position: 'absolute',
    top: '8px',
    right: '6px',
    width: '26px',
    height: '26px',
    font: '16px/1 var(--sans)',
    color: 'var(--dim)',
    backgroundColor: 'transparent',
    border: 0,
    borderRadius: '6px',
    cursor: 'pointer',
  },
  '.cm-panel :is(button, input, ul):focus-visible': focus,
  '.cm-panel.cm-panel-lint': { font: '12px/1.5 var(--sans)', minHeight: '30px', paddingRight: '36px' },
  '.cm-panel.cm-panel-lint [name=close]': { top: '2px' },
  '.cm-panel.cm-panel-lint ul [aria-selected]': { backgroundColor: 'var(--hover)' },
  '.cm-panel.cm-panel-lint ul:focus [aria-selected]': { backgroundColor: 'var(--soft)', color: 'var(--text)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--panel)',
    color: 'var(--text)',
    border: 'var(--b2)',
    borderRadius: '6px',
    boxShadow: 'var(--shadow)',
    font: '12px/1.5 var(--sans)',
    maxWidth: '44ch',
  },
  '.cm-diagnostic': { padding: '4px 8px', margin: 0, border: 0 },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--bad)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--warn)' },
};

export const theme = EditorView.theme({ ...text, ...gutters, ...panels });

export const palette = HighlightStyle.define([
  { tag: [tags.comment, tags.quote], color: 'var(--faint)' },
  { tag: [tags.punctuation, tags.separator, tags.bracket, tags.meta], color: 'var(--dim)' },
  { tag: [tags.propertyName, tags.heading, tags.attributeName], color: 'var(--run)' },
  { tag: [tags.keyword, tags.operatorKeyword, tags.typeName, tags.list], color: 'var(--plum)' },
  { tag: [tags.string, tags.monospace, tags.attributeValue], color: 'var(--ok)' },
  { tag: [tags.number, tags.bool, tags.atom, tags.special(tags.string)], color: 'var(--warn)' },
  { tag: [tags.labelName, tags.link, tags.url, tags.variableName, tags.definition(tags.variableName)], color: 'var(--cyan)' },
  { tag: [tags.heading, tags.strong], fontWeight: '600' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);
