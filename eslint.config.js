// What ESLint looks for in the page's scripts. Types are the checker's business: see tsconfig.json.

import js from "@eslint/js";
import globals from "globals";

// Two words in a row, which only a person reads.
const WORDS = /[A-Za-z]{2,}[:;.]? \(?[A-Za-z]{2,}/;
// What takes class names, selectors or queries: [function, place of the argument].
const OTHERS = {
  make: 1,
  finder: 1,
  one: 1,
  all: 1,
  find: 0,
  querySelector: 0,
  closest: 0,
  matchMedia: 0,
};

/** Whatever a visitor reads stands in ganvae/ui/words/. */
const noWords = {
  create: (context) => {
    const check = (node, text) => {
      const call = node.parent.type === "CallExpression" ? node.parent : null;
      if (node.parent.left?.property?.name === "font") return;
      const name = call?.callee.name ?? call?.callee.property?.name;
      if (!WORDS.test(text) || (call && call.arguments.indexOf(node) === OTHERS[name])) return;
      context.report({ node, message: `Words belong into words/en.js: ${text}` });
    };
    return {
      Literal: (node) => typeof node.value === "string" && check(node, node.value),
      TemplateLiteral: (node) => check(node, node.quasis.map((one) => one.value.cooked).join("")),
    };
  },
};

export default [
  { ignores: ["**/.venv/", ".runtime/", "weights/", "runs/", "build/"] },
  js.configs.recommended,
  {
    files: ["ganvae/ui/**/*.js"],
    ignores: ["ganvae/ui/engine/worker.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
  },
  {
    files: ["ganvae/ui/engine/worker.js"],
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: "script",
      globals: { ...globals.worker, ort: "readonly" },
    },
  },
  {
    files: ["tests/js/**/*.js", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.node },
  },
  {
    files: ["ganvae/ui/**/*.js"],
    // What is only for people who work on the page.
    ignores: [
      "ganvae/ui/words/*.js",
      "ganvae/ui/engine/{download,worker}.js",
      "ganvae/ui/static/make.js",
    ],
    plugins: { page: { rules: { "no-words": noWords } } },
    rules: { "page/no-words": "error" },
  },
  {
    rules: {
      "array-callback-return": "error",
      "consistent-return": "off",
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "no-shadow": ["error", { hoist: "functions" }],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", caughtErrors: "all" }],
      "no-use-before-define": "off",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
];
