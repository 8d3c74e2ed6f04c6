-- library: values
-- The records of groups.
--
-- The groups of a key are a hash: workspace/id -> rev|live (0/1)|document. A set of the
-- shard has the keys with a live group.

-- group takes a record from the arguments: workspace/id, and unless that is '', the hash
-- and the set (key indexes), key, rev, live, document. It returns nil for none.
local function group()
  local g = { ref = arg() }
  if g.ref == '' then return nil end
  g.hash, g.set, g.member = key(), key(), arg()
  g.rev, g.live = arg(), arg()
  g.value = table.concat({ g.rev, g.live, arg() }, '|')
  return g
end

local function stored_group(g) return redis.call('HGET', g.hash, g.ref) or '' end

local function put_group(g)
  redis.call('HSET', g.hash, g.ref, g.value)
  local live = false
  for _, v in pairs(fields(redis.call('HGETALL', g.hash))) do
    live = live or string.match(v, '^%d+|1|') ~= nil
  end
  redis.call(live and 'SADD' or 'SREM', g.set, g.member)
end
