// Where the signed messages of others are: beside the repository, or nowhere.
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

const root = process.env.POSTERN_SUITES ?? new URL('../../../../shared/suites', import.meta.url).pathname

/** The folder of the samples; undefined where they are not at hand. */
export const dkimSuites: string | undefined = existsSync(path.join(root, 'dkim'))
  ? path.join(root, 'dkim')
  : undefined

/** All messages in it, as paths below it. */
export const suiteMessages = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(eml|msg|message|mbox)$/.test(name))
    .sort()
