export { milterd, runMilterd } from './milterd.ts'
