/**
 * Text of a guest or a server as a step of GitHub Actions may print it: there `::` at the begin of a line and `##[` anywhere are commands to the runner,
 * which could hide other output or make annotations of its own (actions/runner ActionCommand.cs). Elsewhere unchanged.
 */
export const inertInGithub = (text: string, env: Readonly<Record<string, string | undefined>> = process.env): string =>
  env['GITHUB_ACTIONS'] === 'true' ? text.replace(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [') : text
