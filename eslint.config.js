// What ESLint looks for in the page's scripts. Types are the checker's business: see tsconfig.json.

import js from "@eslint/js";
import globals from "globals";

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
