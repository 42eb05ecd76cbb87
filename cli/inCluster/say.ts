/** A line for who watches: standard output is for the answer. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`)
