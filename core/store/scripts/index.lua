-- library: values
-- Indexes of risks.

-- indexes takes a list of index changes from the arguments, each:
-- index key, 0 to remove, 1 to add or the ms after which the whole index expires, n
-- arguments: members to remove, or to add, each after its score.
local function indexes()
  local list = {}
  for i = 1, int() do
    local change = { key() }
    list[i] = { how = arg(), args = change }
    for j = 1, int() do change[j + 1] = arg() end
  end
  return list
end

local function change_indexes(list)
  for _, i in ipairs(list) do
    redis.call(i.how == '0' and 'ZREM' or 'ZADD', unpack(i.args))
    if #i.how > 1 then redis.call('PEXPIRE', i.args[1], i.how) end
  end
end
