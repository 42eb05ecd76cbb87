/**
 * Makes `instanceof` ask for the name of an error class: mocha requires spec files while the engine is imported, Node keeps the modules of the two apart,
 * and an error that the engine's half throws would be of another class than the one that a check asks for.
 */
export const errorByName =
  (name: string) =>
  (error: unknown): boolean =>
    error instanceof Error && error.name === name
