/** A line for the operator, beside the answer. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`)
