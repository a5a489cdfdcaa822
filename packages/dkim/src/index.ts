export { parseTagList, type Tag, type TagList, type TagListErrorCode } from './tag-list.ts'
