-- uses: wake events index ops document
-- Files a new risk, with its indexes, timers and events.
-- KEYS  due, audit, risk, its document, aligned, the indexes by its time of submission, then
--       runs and other indexes
-- ARGV  now, channel, op, nonce, result, document, config file, risk, time of submission,
--       which of KEYS is the last index by it, changes of other indexes,
--       n x (run (key index if it has data, ID), due, flow, data, event or ''), events
-- Answer: ok, repeat (0/1), result, document or '' if it is the one in ARGV;
--         conflict with version
-- It does what apply.lua does, for a risk that has no runs, binding and indexes yet. A run
-- without data gets no hash (armed.lua). A risk's hash is also the record of its runs.
local due, audit, risk, docs, aligned = unpack(KEYS, 1, 5)
local channel, op, nonce, result, doc, file = arg(), arg(), arg(), arg(), arg(), arg()
local member, submitted, last = arg(), arg(), int()
local index = indexes()
local timers = {}
for i = 1, int() do
  timers[i] = { key = key(), id = arg(), due = arg(), flow = arg(), data = arg(), event = arg() }
end
local told = {}
for i, e in ipairs(events()) do told[i] = { e, '' } end

local had = redis.call('HMGET', risk, 'v', 'audit')
if had[1] then
  local h = fields(redis.call('HGETALL', risk))
  local again, first = repeated(h, op, nonce)
  if again then return { 'ok', again, first, again == '1' and document(docs, risk) or '' } end
  return { 'conflict', 'version' }
end

local first, timed, set = nil, {}, { 'v', '1', 'op:0', nonce .. '|' .. op .. '|' .. result }
for _, t in ipairs(timers) do
  local at = t.due == '0' and str(now) or t.due
  local ms = tonumber(at)
  if not first or ms < first then first = ms end
  timed[#timed + 1] = at
  timed[#timed + 1] = t.id
  set[#set + 1] = t.id
  set[#set + 1] = 'armed|' .. t.flow
  if t.event ~= '' then told[#told + 1] = { t.event, 'armed' } end
  if t.data ~= '' then redis.call('HSET', t.key, 'st', 'armed', 'flow', t.flow, 'due', at, 'data', t.data) end
end
if first then
  wake_by(due, first)
  redis.call('ZADD', due, unpack(timed))
end
if told[1] then
  set[#set + 1] = 'audit'
  set[#set + 1] = enter(audit, told, had[2] or '')
end
redis.call('SET', docs, doc)
redis.call('HSET', risk, unpack(set))
for i = 6, last do redis.call('ZADD', KEYS[i], submitted, member) end
change_indexes(index)
local other = redis.call('GET', aligned)
if other and other ~= file and string.sub(other, 1, #file + 1) ~= file .. ' ' then redis.call('DEL', aligned) end
publish_wake(channel)
return { 'ok', '0', result, '' }
