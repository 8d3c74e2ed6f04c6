-- uses: values runs timers index ops document
-- Changes a risk, with its indexes, timers and events.
-- KEYS  as in runs.lua, then indexes and runs
-- ARGV  now, channel, op, nonce, result, expect, version, document, its key (index), risk key,
--       config file,
--       group to release or '', state of its binding,
--       index changes, timers, events
-- Answer: ok, repeat (0/1), result, document or '' if it is the one in ARGV; conflict with version or link
-- A repeat of the op gets repeat 1. A repeat of this very call is recognised by
-- its nonce and gets the first answer.
--
-- The risk's hash: v, audit (its newest event), fence (see runs.lua),
-- append (see append.lua), unreached:<ID> (see complete.lua), and the last ops (see
-- ops.lua).
local op, nonce, result = arg(), arg(), arg()
local expect, version, doc, docs = arg(), arg(), arg(), key()
local member, file = arg(), arg()
local group, st = arg(), arg()
local index = indexes()
local changes, told = timers(), events()

local h = fields(redis.call('HGETALL', risk))
local again, first = repeated(h, op, nonce)
if again then return { 'ok', again, first, again == '1' and document(docs, risk) or '' } end
if (h.v or '0') ~= expect then return { 'conflict', 'version' } end
local l = fields(redis.call('HGETALL', binding))
if group ~= '' and (l.group ~= group or l.st ~= st) then return { 'conflict', 'link' } end

local p = num(h.v) % 16
if docs == risk then
  redis.call('HSET', risk, 'doc', doc, 'v', version,
    'op:' .. p, op, 'nonce:' .. p, nonce, 'result:' .. p, result)
else
  redis.call('SET', docs, doc)
  redis.call('HSET', risk, 'v', version, 'op:' .. p, nonce .. '|' .. op .. '|' .. result)
end
if group ~= '' then unbind(member, l) end
change_indexes(index)
for _, e in ipairs(told) do emit(e) end
change_timers(changes)
follow(file)
return done('0', result, '')
