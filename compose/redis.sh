#!/bin/sh
# redis.sh [SECRETS]: starts Redis with users of the least rights that will do. Their
# passwords are the secrets of the stack. The file of users holds only their hashes.
set -eu
secrets=${1:-/run/secrets}

hash_of() {
  password=$(tr -d '\r\n' <"$secrets/$1") || password=
  if [ -z "$password" ]; then
    echo "redis.sh: the secret $secrets/$1 is empty or cannot be read" >&2
    exit 1
  fi
  hash=$(printf %s "$password" | sha256sum)
  printf '#%s' "${hash%% *}"
}
writer=$(hash_of writer_password)
probe=$(hash_of probe_password)
operator=$(hash_of operator_password)
folder=${TMPDIR:-/tmp}

# writer    a service: it beats, and its own health check, which shares its environment,
#           reads. It does not write the silences and the history, whose keys begin with
#           health::. The channels are the stack's own business, not healthprobe's.
# probe     healthboard, which looks from outside and writes the history
# operator  people: they look, too, forget services that are gone, silence services, and may
#           do what the alerts and docs/troubleshooting.md say
cat >"$folder/users.acl" <<END
user default on nopass resetkeys resetchannels -@all +ping
user writer on $writer resetkeys %R~health:* %RW~health:[^:]* %RW~health::services resetchannels &market:* -@all +setex +getrange +pttl +zadd +zrange +publish +subscribe +ping
user probe on $probe resetkeys %R~health:* %W~health::history:* resetchannels -@all +getrange +pttl +zrange +xadd +xrange
user operator on $operator resetkeys %R~health:* %W~health::services %W~health::silences resetchannels -@all +getrange +pttl +zrange +xrange +scan +zadd +zrem +ping +info +script|kill
END

# Beats live for a minute and are written anew after a restart: nothing to keep.
exec redis-server --aclfile "$folder/users.acl" --dir "$folder" --save '' --appendonly no \
  --maxmemory 64mb --maxmemory-policy noeviction --protected-mode no
