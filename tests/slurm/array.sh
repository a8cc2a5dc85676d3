#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A real Slurm on this one machine, started for the occasion: an array of shards of a sweep, whose stores joined
# are what one process does alone. Debian's packages slurm-wlm and munge; as root, without systemd.
#   sh array.sh SOURCE_DIR BUILD_DIR
root=$1 finlab=$2/finlab
skip() {
    echo "skipped: $*"
    exit 77
}
[ "$(id -u)" = 0 ] || skip "Slurm's daemons are started as root"
for program in munged slurmctld slurmd sbatch squeue; do
    command -v "$program" >/dev/null || skip "$program (packages slurm-wlm and munge) is not there"
done

work=$(mktemp -d) || exit 1
chmod 755 "$work"
started=
stop() {
    for process in $started; do kill "$process" 2>/dev/null; done
    wait
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' INT TERM

# --- The cluster: this machine, on its loopback address only ------------------------------------------------

mkdir "$work/munge" "$work/spool" "$work/state"
chmod 700 "$work/munge"
dd if=/dev/urandom of="$work/munge/key" bs=1024 count=1 2>/dev/null
chmod 400 "$work/munge/key"
munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge.socket" \
    --pid-file="$work/munge/pid" --log-file="$work/munge/log" --seed-file="$work/munge/seed" \
    2>"$work/munge.out" &
started="$started $!"
cat >"$work/slurm.conf" <<CONF
ClusterName=finlab
SlurmctldHost=localhost
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
SlurmctldPort=16817
SlurmdPort=16818
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
ReturnToService=2
MpiDefault=none
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
NodeName=localhost CPUs=2 State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$work/slurm.conf"
for i in 1 2 3 4 5 6 7 8 9 10; do [ -S "$work/munge.socket" ] && break; sleep 0.5; done
slurmctld -D -f "$SLURM_CONF" >"$work/slurmctld.out" 2>&1 &
started="$! $started"
slurmd -D -f "$SLURM_CONF" -N localhost >"$work/slurmd.out" 2>&1 &
started="$! $started"
for i in $(seq 60); do
    [ "$(sinfo -h -o %T 2>/dev/null)" = idle ] && break
    sleep 0.5
done
if [ "$(sinfo -h -o %T 2>/dev/null)" != idle ]; then
    cat "$work"/slurm*.log "$work"/*.out | tail -20
    skip "Slurm does not start here"
fi
echo "started: $(sinfo --version)"

# --- The array: four shards, then all again, which must be there ------------------------------------------------

. "$root/tests/slurm/shards.sh"
export FINLAB="$finlab"
submit() { sbatch --wait --array=1-4 --cpus-per-task=1 --output="out/slurm/$1-%a.log" experiments/slurm/sweep.sbatch; }
submit first || { cat out/slurm/first-*.log; exit 1; }
cat out/slurm/first-*.log
[ "$(cat out/slurm/first-*.log | grep -c '0 were there, 0 failed')" = 4 ] || exit 1
submit again || { cat out/slurm/again-*.log; exit 1; }
[ "$(cat out/slurm/again-*.log | grep -c '^0 cases done')" = 4 ] || { cat out/slurm/again-*.log; exit 1; }
same_as_alone
