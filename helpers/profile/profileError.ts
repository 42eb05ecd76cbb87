/** A profile that cannot be used: a line for each mistake, `file:line: what; what would be right`. */
export class ProfileError extends Error {
  readonly exitCode = 2
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ProfileError'
    this.problems = problems
  }
}
