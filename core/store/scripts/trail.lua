-- uses: values
-- Walks a risk's audit trail back from its newest event.
-- KEYS  audit stream, risk
-- ARGV  now, where to continue ('' is the newest), limit
-- Answer: ok, where to continue or '', events {ID, field, value, ...}
local at, limit = arg(), int()
if at == '' then at = redis.call('HGET', KEYS[2], 'audit') or '' end
local list = {}
while at ~= '' and #list < limit do
  local entry = redis.call('XRANGE', KEYS[1], at, at)[1]
  if not entry then
    at = '' -- exported and trimmed away
  else
    list[#list + 1] = { entry[1], unpack(entry[2]) }
    at = fields(entry[2]).prev
  end
end
return { 'ok', at, list }
