/**
 * Flags of Node for a child process that works hard: TypeScript without tsx, which has each function given its name when it is made
 * (esbuild's keepNames: a fifth of the CPU time of a simulated run). Node 22.18 and later need none.
 */
export const typeScriptArgv: readonly string[] = (process.features as { typescript?: unknown }).typescript
  ? []
  : [`--import=${new URL('registerTypeScript.mjs', import.meta.url).href}`]
