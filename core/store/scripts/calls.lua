-- library: values runs
-- The state of a run's calls.

-- intent reads the intent of a call: open, attempt, first, begun, nonce.
local function intent(r, name)
  local open, attempt, first, begun, nonce =
    string.match(r.f['i:' .. name] or '', '^(%d)|(%d+)|(%d+)|(%d+)|(.*)$')
  return { open = open == '1', attempt = num(attempt), first = first, begun = begun, nonce = nonce }
end

-- note writes the intent of a call and counts the open ones.
local function note(r, name, i, open)
  if not i.begun then return end
  if open ~= i.open then put(r, 'open', str(num(r.f.open) + (open and 1 or -1))) end
  i.open = open
  put(r, 'i:' .. name, table.concat({ open and '1' or '0', str(i.attempt), i.first, i.begun, i.nonce }, '|'))
end
