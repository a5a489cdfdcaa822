// Line plots as SVG text, without a library.

export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Plot {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  readonly series: readonly Series[]
  /** A logarithmic y axis; values at or below this are drawn on its lower edge. */
  readonly logFrom?: number
  /** A thin line from corner to corner. */
  readonly isDiagonalDrawn?: boolean
}

const WIDTH = 760
const HEIGHT = 420
const AREA = { left: 70, top: 40, right: 600, bottom: 365 }
// Told apart by those who see few colours, too (Okabe and Ito).
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']

export function drawPlot(plot: Plot): string {
  const all = plot.series.flatMap(({ points }) => points)
  const xTop = niceCeiling(Math.max(...all.map(([x]) => x), Number.MIN_VALUE))
  const yScale = scaleOf(
    all.map(([, y]) => y),
    plot.logFrom,
  )
  const x = (value: number) => AREA.left + (value / xTop) * (AREA.right - AREA.left)
  const y = (value: number) => AREA.bottom - yScale.place(value) * (AREA.bottom - AREA.top)

  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(plot.title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(AREA.left, 24, plot.title, 'font-size="15"'),
    text((AREA.left + AREA.right) / 2, HEIGHT - 14, plot.xLabel, 'text-anchor="middle"'),
    text(
      0,
      0,
      plot.yLabel,
      `text-anchor="middle" transform="translate(18 ${(AREA.top + AREA.bottom) / 2}) rotate(-90)"`,
    ),
  ]
  for (const tick of yScale.ticks) {
    lines.push(line(AREA.left, y(tick), AREA.right, y(tick), '#ddd'))
    lines.push(text(AREA.left - 6, y(tick) + 4, numeral(tick), 'text-anchor="end"'))
  }
  for (let i = 0; i <= 5; i++) {
    const tick = (xTop * i) / 5
    lines.push(line(x(tick), AREA.bottom, x(tick), AREA.bottom + 4, '#333'))
    lines.push(text(x(tick), AREA.bottom + 18, numeral(tick), 'text-anchor="middle"'))
  }
  lines.push(line(AREA.left, AREA.bottom, AREA.right, AREA.bottom, '#333'))
  if (plot.isDiagonalDrawn) lines.push(line(AREA.left, AREA.bottom, AREA.right, AREA.top, '#999'))
  plot.series.forEach(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length]!
    const path = points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`)
    lines.push(`<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path.join(' ')}"/>`)
    for (const point of path)
      lines.push(`<circle cx="${point.replace(',', '" cy="')}" r="2.5" fill="${colour}"/>`)
    lines.push(line(AREA.right + 14, AREA.top + 10 + i * 20, AREA.right + 34, AREA.top + 10 + i * 20, colour))
    lines.push(text(AREA.right + 40, AREA.top + 14 + i * 20, name))
  })
  return `${lines.join('\n')}\n</svg>\n`
}

interface Scale {
  readonly ticks: readonly number[]
  /** 0 at the lower edge, 1 at the upper. */
  place(value: number): number
}

function scaleOf(values: readonly number[], logFrom: number | undefined): Scale {
  const top = Math.max(...values, Number.MIN_VALUE)
  if (logFrom === undefined) {
    const end = niceCeiling(top)
    return { ticks: [0, 1, 2, 3, 4, 5].map((i) => (end * i) / 5), place: (value) => value / end }
  }
  const low = Math.floor(Math.log10(logFrom))
  const high = Math.max(low + 1, Math.ceil(Math.log10(top)))
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
    place: (value) => Math.max(0, (Math.log10(Math.max(value, logFrom)) - low) / (high - low)),
  }
}

/** The next number of the kind 1, 2, 5, 10, 20 ... */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return (
    [1, 2, 3, 5, 6, 8, 10].map((step) => step * power).find((step) => step >= value * (1 - 1e-9)) ?? value
  )
}

const numeral = (value: number): string => String(Number(value.toPrecision(3)))

const line = (x1: number, y1: number, x2: number, y2: number, colour: string): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}"/>`

const text = (x: number, y: number, words: string, attributes = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(words)}</text>`

const escaped = (words: string): string => words.replace(/&/g, '&amp;').replace(/</g, '&lt;')
