/**
 * The built pages as nginx serves them, and behind them the real app: `PORT`, and `FREEHOLD_DEV_APP` for what is passed
 * on. Nothing is buffered, so that answers come as they are written.
 */
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { serveStatic } from '../serve.ts'

const OURS = /^\/(api|auth|v1|\.well-known)\//
const CONFIG = { apiBase: '', auth: { provider: 'local' }, features: { offlineStore: true }, version: 'trial' }
const app = new URL(process.env.FREEHOLD_DEV_APP ?? 'http://127.0.0.1:8080')

function passOn(request: IncomingMessage, response: ServerResponse): void {
  const { method = 'GET', headers, url: path = '/' } = request
  const onward = ask({ host: app.hostname, port: app.port, method, path, headers, agent: false }, answer => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}

createServer((request, response) => {
  if (OURS.test(request.url ?? '/')) passOn(request, response)
  else serveStatic(request, response, CONFIG)
}).listen(Number(process.env.PORT ?? 4174), '127.0.0.1')
