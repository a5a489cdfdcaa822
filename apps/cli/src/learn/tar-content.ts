import { pipeline } from 'node:stream'
import { extract } from 'tar-stream'
import { isBesideMail, isMailName } from './beside-mail.ts'
import { type Chunks, type Content, type ContentSource, readContent } from './mail-content.ts'

/** Reads the files of a tar archive, each as if it lay in a folder. */
export async function* readTar(chunks: Chunks, source: ContentSource): AsyncGenerator<Content> {
  const archive = extract()
  // The callback takes the error that the loop below sees as well.
  pipeline(chunks, archive, () => {})
  try {
    for await (const entry of archive) {
      const { name, type } = entry.header
      // An entry has to be read to its end, and must not be closed before.
      const rest = entry[Symbol.asyncIterator]()
      const isFile = type === 'file' || type === 'contiguous-file'
      if (isFile && !name.split('/').some((part) => part !== '.' && isBesideMail(part))) {
        const place = `${source.place}:${name}`
        const content: Chunks = { [Symbol.asyncIterator]: () => ({ next: () => rest.next() }) }
        yield* readContent(content, { ...source, place, isMail: isMailName(name), depth: source.depth + 1 })
      }
      while (!(await rest.next()).done);
    }
  } catch (error) {
    // What the system or gzip says has a code; what tar-stream says has none.
    if (!(error instanceof Error) || 'code' in error) throw error
    yield { kind: 'broken', place: source.place, reason: `is damaged (tar: ${error.message})` }
  } finally {
    archive.destroy()
  }
}
