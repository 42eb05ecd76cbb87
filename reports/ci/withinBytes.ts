/**
 * Markdown cut to so many bytes of UTF-8, before a heading where one is near enough, else at the end of a line, with a note that says where the rest is;
 * unchanged when it fits, empty when not even the note fits.
 */
export function withinBytes(markdown: string, bytes: number, rest: string): string {
  if (Buffer.byteLength(markdown) <= bytes) return markdown
  const note = `\n\n> Cut here: too long for this page. ${rest}\n`
  // A fence of code that is cut open is closed.
  const room = bytes - Buffer.byteLength(note) - Buffer.byteLength('\n```')
  if (room <= 0) return ''
  const kept = Buffer.from(markdown).subarray(0, room).toString('utf8')
  const heading = kept.lastIndexOf('\n## ')
  const end = heading > kept.length / 2 ? heading : kept.lastIndexOf('\n')
  const text = kept.slice(0, Math.max(end, 0))
  const open = (text.match(/^```/gm) ?? []).length % 2 === 1
  return `${text}${open ? '\n```' : ''}${note}`
}
