import { useComputedColorScheme } from '@mantine/core'
import { LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components'
import { getInstanceByDom, init, use as register } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { type ReactNode, useEffect, useRef } from 'react'
import { useZone } from '../time/useZone'
import { clock } from '../time/words'
import type { Rate } from './reading'

register([LineChart, GridComponent, TooltipComponent, AriaComponent, CanvasRenderer])

/** Events a second, accepted and rejected, since the page was opened. */
export function RateChart({ rates }: { rates: readonly Rate[] }): ReactNode {
  const place = useRef<HTMLDivElement>(null)
  const { zone } = useZone()
  const scheme = useComputedColorScheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours that are read change with the scheme
  useEffect(() => {
    if (!place.current) return
    const chart = init(place.current)
    const resized = new ResizeObserver(() => chart.resize())
    resized.observe(place.current)
    return () => {
      resized.disconnect()
      chart.dispose()
    }
  }, [scheme])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme is another chart
  useEffect(() => {
    if (!place.current) return
    const chart = getInstanceByDom(place.current)
    if (!chart) return
    const style = getComputedStyle(place.current)
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim()
    const line = (name: string, key: 'accepted' | 'rejected', tone: string) => ({
      name,
      type: 'line' as const,
      showSymbol: false,
      smooth: 0.2,
      lineStyle: { width: 2, color: colour(tone) },
      itemStyle: { color: colour(tone) },
      areaStyle: { color: colour(tone), opacity: 0.12 },
      data: rates.map((rate) => [rate.at, Number(rate[key].toFixed(2))]),
    })
    chart.setOption({
      animation: false,
      aria: { enabled: true },
      textStyle: { fontFamily: style.fontFamily },
      grid: { left: 44, right: 16, top: 16, bottom: 28 },
      tooltip: {
        trigger: 'axis',
        backgroundColor: colour('surface'),
        borderColor: colour('line'),
        textStyle: { color: colour('ink'), fontSize: 12 },
        renderMode: 'richText',
      },
      xAxis: {
        type: 'time',
        axisLabel: { color: colour('ink-faint'), formatter: (at: number) => clock(at, zone) },
        axisLine: { lineStyle: { color: colour('line-strong') } },
        splitNumber: 4,
      },
      yAxis: {
        type: 'value',
        min: 0,
        minInterval: 1,
        axisLabel: { color: colour('ink-faint') },
        splitLine: { lineStyle: { color: colour('line') } },
      },
      series: [line('rejected', 'rejected', 'error'), line('accepted', 'accepted', 'accent')],
    })
  }, [rates, zone, scheme])
  return <div ref={place} role="img" aria-label="Events a second" style={{ height: 240 }} />
}
