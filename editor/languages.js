// Which language a file is written in, by its name. Only highlighting and indentation follow from it.

import { StreamLanguage } from '@codemirror/language';
import { yaml } from '@codemirror/lang-yaml';
import { dockerFile } from '@codemirror/legacy-modes/mode/dockerfile';
import { properties } from '@codemirror/legacy-modes/mode/properties';
import { shell } from '@codemirror/legacy-modes/mode/shell';
import { markdown } from './markdown.js';

// JSON is YAML too.
const NAMES = [
  [/\.(ya?ml|json)$/, yaml],
  [/(^|\/)(Dockerfile|Containerfile)[^/]*$/, () => StreamLanguage.define(dockerFile)],
  [/\.(sh|bash)$|(^|\/)\.(bash|profile)[^/]*$/, () => StreamLanguage.define(shell)],
  [/\.md$/, () => StreamLanguage.define(markdown)],
  [/\.(ini|cfg|conf|properties|env)$|(^|\/)\.(gitconfig|env)$/, () => StreamLanguage.define(properties)],
];

/** The extension for a file; nothing where its name says nothing. */
export const languageOf = (path) => {
  const found = NAMES.find(([name]) => name.test(path));
  return found ? found[1]() : [];
};
