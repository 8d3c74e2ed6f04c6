-- uses: wake events index ops
-- Files a new risk, with its indexes, timers and events.
-- KEYS  due, audit, risk, runs of the risk, aligned, then runs and indexes
-- ARGV  now, channel, op, nonce, result, document, config file, index changes,
--       n x (run (key index, ID), due, flow, data, event or ''), events
-- Answer: ok, repeat (0/1), result, document or '' if it is the one in ARGV;
--         conflict with version
-- It does what apply.lua does, for a risk that has no runs, binding and indexes yet.
local due, audit, risk, runs, aligned = unpack(KEYS, 1, 5)
local channel, op, nonce, result, doc, file = arg(), arg(), arg(), arg(), arg(), arg()
local index = indexes()
local timers = {}
for i = 1, int() do
  timers[i] = { key = key(), id = arg(), due = int(), flow = arg(), data = arg(), event = arg() }
end
local told = {}
for i, e in ipairs(events()) do told[i] = { e, '' } end

local had = redis.call('HMGET', risk, 'v', 'audit')
if had[1] then
  local h = fields(redis.call('HGETALL', risk))
  local again, first = repeated(h, op, nonce)
  if again then return { 'ok', again, first, again == '1' and h.doc or '' } end
  return { 'conflict', 'version' }
end

local first, timed, summaries = nil, {}, {}
for _, t in ipairs(timers) do
  local ms = t.due == 0 and now or t.due
  if not first or ms < first then first = ms end
  timed[#timed + 1] = str(ms)
  timed[#timed + 1] = t.id
  summaries[#summaries + 1] = t.id
  summaries[#summaries + 1] = 'armed|' .. t.flow .. '|' .. str(ms) .. '|0|0'
  if t.event ~= '' then told[#told + 1] = { t.event, 'armed' } end
  redis.call('HSET', t.key, 'st', 'armed', 'flow', t.flow, 'due', str(ms))
  if t.data ~= '' then redis.call('HSET', t.key, 'data', t.data) end
end
if first then
  wake_by(due, first)
  redis.call('ZADD', due, unpack(timed))
  redis.call('HSET', runs, unpack(summaries))
end
local newest = had[2] or ''
if told[1] then newest = enter(audit, told, newest) end
redis.call('HSET', risk, 'doc', doc, 'v', '1', 'audit', newest, 'seq', '1', 'op:0', op, 'nonce:0', nonce, 'result:0', result)
change_indexes(index)
local other = redis.call('GET', aligned)
if other and other ~= file and string.sub(other, 1, #file + 1) ~= file .. ' ' then redis.call('DEL', aligned) end
publish_wake(channel)
return { 'ok', '0', result, '' }
