import { openPromise } from 'yauzl'
import { isBesideMail, isMailName } from './beside-mail.ts'
import { type Content, readContent } from './mail-content.ts'

/** Reads the files of a ZIP archive, each as if it lay in a folder. */
export async function* readZip(file: string, place: string): AsyncGenerator<Content> {
  try {
    const archive = await openPromise(file, { autoClose: false })
    try {
      for await (const entry of archive.eachEntry()) {
        const { fileName, compressedSize, relativeOffsetOfLocalHeader } = entry
        if (fileName.endsWith('/') || fileName.split('/').some(isBesideMail)) continue
        const stream = await archive.openReadStreamPromise(entry)
        const position = () => relativeOffsetOfLocalHeader + compressedSize
        const source = { place: `${place}:${fileName}`, position, isMail: isMailName(fileName), depth: 1 }
        try {
          yield* readContent(stream, source)
        } finally {
          stream.destroy()
        }
      }
    } finally {
      archive.close()
    }
  } catch (error) {
    // What the system says has a code of its own; what yauzl says is about the archive.
    if (!(error instanceof Error) || 'syscall' in error) throw error
    yield { kind: 'broken', place, reason: `is damaged (zip: ${error.message})` }
  }
}
