-- uses: values runs timers
-- Files a risk or changes it, with its indexes, timers and events.
-- KEYS  as in runs.lua, then indexes and runs
-- ARGV  now, channel, op, nonce, result, expect, version, document, risk key,
--       aligned (key index, see align.lua), config file,
--       group to release or '', state of its binding,
--       n x (index key, member, score or '' to leave it), timers, events
-- Answer: ok, repeat (0/1), result, document; conflict with version or link
-- A repeat of the op gets repeat 1. A repeat of this very call is recognised by
-- its nonce and gets the first answer.
--
-- The risk's hash: doc, v, audit (its newest event), fence (see runs.lua),
-- append (see append.lua), unreached:<ID> (see complete.lua), and the last 16 ops
-- in a ring: seq, and for each place p: op:p, nonce:p, result:p.
local op, nonce, result = arg(), arg(), arg()
local expect, version, doc = arg(), arg(), arg()
local member, aligned, file = arg(), key(), arg()
local group, st = arg(), arg()
local index = {}
for i = 1, int() do index[i] = { key = key(), member = arg(), score = arg() } end
local changes, told = timers(), events()

local h = fields(redis.call('HGETALL', risk))
for p = 0, 15 do
  if h['op:' .. p] == op then
    return { 'ok', h['nonce:' .. p] == nonce and '0' or '1', h['result:' .. p], h.doc }
  end
end
if (h.v or '0') ~= expect then return { 'conflict', 'version' } end
local l = fields(redis.call('HGETALL', binding))
if group ~= '' and (l.group ~= group or l.st ~= st) then return { 'conflict', 'link' } end

local p = num(h.seq) % 16
redis.call('HSET', risk, 'doc', doc, 'v', version, 'seq', str(num(h.seq) + 1),
  'op:' .. p, op, 'nonce:' .. p, nonce, 'result:' .. p, result)
if group ~= '' then unbind(member, l) end
for _, i in ipairs(index) do
  if i.score == '' then redis.call('ZREM', i.key, i.member)
  else redis.call('ZADD', i.key, i.score, i.member)
  end
end
for _, e in ipairs(told) do emit(e) end
change_timers(changes)
local other = redis.call('GET', aligned)
if other and other ~= file and string.sub(other, 1, #file + 1) ~= file .. ' ' then redis.call('DEL', aligned) end
return done('0', result, doc)
