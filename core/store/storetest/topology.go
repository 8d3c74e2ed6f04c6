package storetest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// StartCluster starts nodes redis-servers that form a cluster, like Start. They have
// neither AOF nor RDB unless args enable it.
func StartCluster(t testing.TB, nodes int, args ...string) *Process {
	t.Helper()
	path := Program(t)
	const slots = 16384
	var addrs []string
	for i := range nodes {
		addr := freeAddr(t)
		_, port, _ := net.SplitHostPort(addr)
		run(t, directory(t), append([]string{path, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no",
			"--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"}, args...))
		given := false
		await(t, addr, func(ctx context.Context, db *redis.Client) error {
			if given {
				return nil
			}
			given = true
			if err := db.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err(); err != nil {
				return err
			}
			return db.ClusterAddSlotsRange(ctx, slots*i/nodes, slots*(i+1)/nodes-1).Err()
		})
		addrs = append(addrs, addr)
	}
	for _, addr := range addrs[1:] {
		host, port, _ := net.SplitHostPort(addr)
		await(t, addrs[0], func(ctx context.Context, db *redis.Client) error { return db.ClusterMeet(ctx, host, port).Err() })
	}
	for _, addr := range addrs {
		await(t, addr, func(ctx context.Context, db *redis.Client) error {
			info, err := db.ClusterInfo(ctx).Result()
			if err == nil && (!strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, fmt.Sprintf("cluster_size:%d\r", nodes))) {
				err = errors.New(info)
			}
			return err
		})
	}
	return &Process{URL: "redis-cluster://" + addrs[0] + further(addrs[1:], "")}
}

// further joins the addresses after the first one for a URL.
func further(addrs []string, more string) string {
	for _, a := range addrs {
		more += "&addr=" + a
	}
	return strings.Replace(more, "&", "?", 1)
}

// Sentinels is a master, two replicas, of which each write needs one, and three
// sentinels.
type Sentinels struct {
	*Process
	sentinels []string
}

// masterName is the master's name in the sentinels.
const masterName = "main"

// StartSentinels starts them all, like Start.
func StartSentinels(t testing.TB) *Sentinels {
	t.Helper()
	path := Program(t)
	var master string // "host port"
	for i := range 3 {
		addr := freeAddr(t)
		host, port, _ := net.SplitHostPort(addr)
		args := []string{path, "--bind", host, "--port", port, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
			"--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1", "--min-replicas-to-write", "1"}
		if i == 0 {
			master = host + " " + port
		} else {
			args = append(args, "--replicaof", master)
		}
		run(t, directory(t), args)
		await(t, addr, func(ctx context.Context, db *redis.Client) error {
			info, err := db.Info(ctx, "replication").Result()
			if err == nil && i > 0 && !strings.Contains(info, "master_link_status:up") {
				err = errors.New("the replica is not in sync")
			}
			return err
		})
	}
	s := &Sentinels{}
	for range 3 {
		addr, dir := freeAddr(t), directory(t)
		_, port, _ := net.SplitHostPort(addr)
		file := filepath.Join(dir, "sentinel.conf") // they write into it
		settings := fmt.Sprintf("bind 127.0.0.1\nport %s\ndir %q\nsentinel monitor %s %s 2\n"+
			"sentinel down-after-milliseconds %[3]s 500\nsentinel failover-timeout %[3]s 3000\nsentinel parallel-syncs %[3]s 2\n",
			port, dir, masterName, master)
		if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, dir, []string{path, file, "--sentinel"})
		s.sentinels = append(s.sentinels, addr)
	}
	for _, addr := range s.sentinels {
		await(t, addr, func(ctx context.Context, db *redis.Client) error {
			said, err := sentinelMaster(ctx, db)
			if err == nil && (said["num-slaves"] != "2" || said["num-other-sentinels"] != "2") {
				err = fmt.Errorf("they have not found each other: %v", said)
			}
			return err
		})
	}
	s.Process = &Process{URL: "redis-sentinel://" + s.sentinels[0] + further(s.sentinels[1:], "&master_name="+masterName)}
	return s
}

func sentinelMaster(ctx context.Context, db *redis.Client) (map[string]string, error) {
	cmd := redis.NewMapStringStringCmd(ctx, "SENTINEL", "MASTER", masterName)
	_ = db.Process(ctx, cmd) // the command has the error
	return cmd.Result()
}

// Master returns the address of the current master.
func (s *Sentinels) Master(t testing.TB) string {
	t.Helper()
	addr := ""
	await(t, s.sentinels[0], func(ctx context.Context, db *redis.Client) error {
		said, err := sentinelMaster(ctx, db)
		addr = net.JoinHostPort(said["ip"], said["port"])
		return err
	})
	return addr
}

// KillMaster kills the current master with SIGKILL. It doesn't wait for the sentinels to
// choose another.
func (s *Sentinels) KillMaster(t testing.TB) {
	t.Helper()
	kill(t, s.Master(t))
}

// StartTLS starts a redis-server that accepts only TLS, with a self-signed certificate,
// like Start.
func StartTLS(t testing.TB) *Process {
	t.Helper()
	path, dir, addr := Program(t), directory(t), freeAddr(t)
	_, port, _ := net.SplitHostPort(addr)
	roots := certify(t, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	run(t, dir, []string{path, "--bind", "127.0.0.1", "--port", "0", "--tls-port", port, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
		"--tls-cert-file", "cert.pem", "--tls-key-file", "key.pem", "--tls-ca-cert-file", "cert.pem", "--tls-auth-clients", "no"})
	await(t, addr, func(context.Context, *redis.Client) error { return nil })
	return &Process{URL: "rediss://" + addr, TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, ServerName: "127.0.0.1"}}
}

// certify writes a certificate for this machine and its key, and returns a pool that
// trusts it.
func certify(t testing.TB, certFile, keyFile string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a test's redis"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	cert, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	signed, err := x509.ParseCertificate(cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(signed)
	return roots
}
