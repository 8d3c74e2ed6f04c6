-- uses: values
-- Walks a risk's audit trail back from its newest event.
-- KEYS  audit stream, risk
-- ARGV  now, where to continue ('' is the newest), limit
-- Answer: ok, where to continue or '', entries {ID, last event that counts or '', field,
--         value, ...}
-- An entry has the events of one change. One of them is named ID.n, from 1 for the oldest;
-- the newest has the ID of the entry.
local at, limit = arg(), int()
if at == '' then at = redis.call('HGET', KEYS[2], 'audit') or '' end
local list, n = {}, 0
while at ~= '' and n < limit do
  local id, part = string.match(at, '^([^.]*)%.?(%d*)$')
  local entry = id and redis.call('XRANGE', KEYS[1], id, id)[1]
  if not entry then
    at = '' -- exported and trimmed away
  else
    list[#list + 1] = { entry[1], part, unpack(entry[2]) }
    local f = fields(entry[2])
    local _, lines = string.gsub((f.e or '') .. '\n' .. (f.more or ''), '[^\n]+', '')
    n = n + (tonumber(part) or lines)
    at = f.prev
  end
end
return { 'ok', at, list }
