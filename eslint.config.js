import boundaries from 'eslint-plugin-boundaries'
import tseslint from 'typescript-eslint'

/** Who may import whom: docs/architecture.md. The two sides of a proof, sim and helpers, never meet. */
const layers = {
  specs: ['specs', 'helpers'],
  helpers: ['helpers'],
  engine: ['engine', 'helpers', 'record'],
  record: ['record'],
  reports: ['reports', 'record'],
  sim: ['sim'],
  cli: ['cli', 'engine', 'helpers', 'reports', 'record', 'sim', 'test'],
  test: ['test', 'cli', 'engine', 'helpers', 'reports', 'record', 'sim', 'specs'],
}

export default tseslint.config(
  { ignores: ['node_modules', 'results', 'coverage', 'test/contract/recordings'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { boundaries },
    settings: {
      'boundaries/elements': [
        { type: 'record', pattern: 'reports/record/**', partialMatch: false },
        ...['specs', 'helpers', 'engine', 'reports', 'sim', 'cli', 'test'].map((type) => ({
          type,
          pattern: `${type}/**`,
          partialMatch: false,
        })),
      ],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: Object.entries(layers).map(([from, allow]) => ({
            from: { element: { type: from } },
            allow: allow.map((type) => ({ to: { element: { type } } })),
          })),
        },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:timers/promises', message: 'Waits are watches with deadlines, never a sleep.' }] },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "NewExpression[callee.name='Promise'] > ArrowFunctionExpression > CallExpression[callee.name='setTimeout']",
          message: 'Waits are watches with deadlines, never a sleep.',
        },
        {
          selector:
            "CallExpression[callee.object.name='Promise'] :matches(ArrowFunctionExpression, FunctionExpression) CallExpression[callee.name='expect']",
          message: 'Which of several assertions fails first would be chance: gather at once, assert in order.',
        },
      ],
    },
  },
  {
    // Kubernetes objects of any kind, as JSON.
    files: ['sim/**/*.ts', 'test/**/*.ts'],
    rules: Object.fromEntries(
      ['argument', 'assignment', 'call', 'member-access', 'return'].map((what) => [
        `@typescript-eslint/no-unsafe-${what}`,
        'off',
      ]),
    ),
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', 'max-lines': 'off', 'no-restricted-syntax': 'off' },
  },
  { files: ['specs/**/*.ts', 'helpers/guest/**/*.ts'], rules: { '@typescript-eslint/no-unused-expressions': 'off' } },
  { files: ['**/*.js', '**/*.cjs', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
)
