// Rules for the page's JavaScript and its tests. How it is laid out is prettier's business, see package.json.

import js from "@eslint/js";
import globals from "globals";

const LAYOUT = {
  "max-len": ["error", 120],
  "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
};

export default [
  js.configs.recommended,
  { rules: LAYOUT, linterOptions: { reportUnusedDisableDirectives: "error" } },
  { files: ["analytics/review/static/**/*.js"], languageOptions: { globals: globals.browser } },
  // What these tests reach into must work without a document, so they know what both browsers and node have.
  { files: ["tests/javascript/**/*.js"], languageOptions: { globals: globals["shared-node-browser"] } },
  { ignores: ["**/.*/**", "demo-output/**"] },
];
