import { inertInGithub } from '../ci/inertInGithub.ts'

/**
 * Text of a guest or a server as a terminal may show it: a control character, such as the one that begins an escape sequence, becomes a
 * visible sign. Line feeds and tabs stay. In a pipeline
 * it is no command to the runner.
 */
export const printable = (text: string): string =>
  inertInGithub(text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd'))
