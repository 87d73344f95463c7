/* The rules for static/js and tests/browser: what is a mistake, not a taste. */
import globals from 'globals';

/* Node.js 18 of Debian 12 lacks them, and browsers of its age do. */
const tooNew = ['toSorted', 'toReversed', 'toSpliced', 'groupBy', 'withResolvers', 'fromAsync'];

const rules = {
	'no-undef': 'error',
	'no-unused-vars': ['error', { caughtErrors: 'none' }],
	'no-redeclare': 'error',
	'no-shadow-restricted-names': 'error',
	'no-unreachable': 'error',
	'no-dupe-keys': 'error',
	'no-dupe-else-if': 'error',
	'no-self-compare': 'error',
	'no-unsafe-finally': 'error',
	'no-unsafe-optional-chaining': 'error',
	'no-use-before-define': ['error', { functions: false, variables: false }],
	'no-eval': 'error',
	'no-implied-eval': 'error',
	'no-var': 'error',
	'prefer-const': 'error',
	'eqeqeq': ['error', 'always', { null: 'ignore' }],
	'array-callback-return': 'error',
	'valid-typeof': 'error',
	'no-restricted-properties': ['error', ...tooNew.map((property) => ({ property, message: 'Node.js 18 has no such function.' }))],
};

export default [
	{
		files: ['static/js/*.js'],
		languageOptions: { globals: { ...globals.browser,
			...globals.sharedWorker } },
		rules,
	},
	{
		files: ['tests/browser/*.js'],
		languageOptions: { globals: { ...globals.browser,
			...globals.node } },
		rules,
	},
];
