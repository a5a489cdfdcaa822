import { describe, expect, it } from 'vitest'
import { drawPlot } from '../../bench/plot.ts'

const base = { title: 'a < b', xLabel: 'x', yLabel: 'y' }
const polylines = (svg: string): number[][][] =>
  [...svg.matchAll(/points="([^"]*)"/g)].map(([, points]) =>
    points!.split(' ').map((point) => point.split(',').map(Number)),
  )

describe('a plot', () => {
  it('has a line per series, from the left edge to the right', () => {
    const svg = drawPlot({
      ...base,
      series: [
        {
          name: 'one',
          points: [
            [0, 0],
            [50, 5],
            [100, 10],
          ],
        },
        { name: 'two', points: [[0, 10]] },
      ],
    })
    const [one, two] = polylines(svg)
    expect(one).toEqual([
      [70, 365],
      [335, 202.5],
      [600, 40],
    ])
    expect(two).toEqual([[70, 40]])
    expect(svg).toContain('a &lt; b')
  })

  it('has what is below a logarithmic scale on its lower edge', () => {
    const svg = drawPlot({
      ...base,
      series: [
        {
          name: 'one',
          points: [
            [0, 0],
            [1, 0.01],
            [2, 0.1],
            [3, 1],
          ],
        },
      ],
      logFrom: 0.01,
    })
    expect(polylines(svg)[0]!.map(([, y]) => y)).toEqual([365, 365, 202.5, 40])
  })

  it('is drawn of nothing, too', () => {
    expect(drawPlot({ ...base, series: [{ name: 'none', points: [] }] })).not.toContain('NaN')
  })
})
