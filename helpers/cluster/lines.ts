/** Lines of a byte stream as they arrive, without their newline; the last one also when no newline ends it. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  let rest: string[] = []
  for await (const chunk of stream) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n')
    for (const piece of pieces.slice(0, -1)) {
      yield rest.length > 0 ? rest.join('') + piece : piece
      rest = []
    }
    const open = pieces.at(-1)
    if (open) rest.push(open)
  }
  const last = rest.join('') + decoder.decode()
  if (last) yield last
}
