package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk/sandbox"
)

type sandboxCmd struct {
	Listen    string   `env:"QRKIOSK_SANDBOX_LISTEN" default:"127.0.0.1:8091" placeholder:"ADDR" help:"Address to listen on, port 0 takes a free one (${default})."`
	Token     string   `env:"QRKIOSK_SANDBOX_TOKEN" placeholder:"KEY" help:"API key that callers must send; a key to play with, never a real one. Needed without --accounts."`
	Recipient []string `env:"QRKIOSK_SANDBOX_RECIPIENT" placeholder:"TOKEN" help:"Recipient token of a further account, for split links; may be repeated."`
	Accounts  string   `env:"QRKIOSK_SANDBOX_ACCOUNTS" placeholder:"FILE" help:"JSON list of accounts, in the form that /control/accounts shows."`
	Book      string   `env:"QRKIOSK_SANDBOX_BOOK" placeholder:"FILE" help:"File that keeps everything over restarts; without it all is forgotten at the end."`
	Wire      string   `env:"QRKIOSK_SANDBOX_WIRE" default:"seeds" placeholder:"NAME" help:"Generation of the answers: seeds, 2026, 2025 or 2024 (${default})."`
	Limit     int      `env:"QRKIOSK_SANDBOX_LIMIT" default:"60" placeholder:"N" help:"Calls an account may make in a minute before it is answered 429; 0 for no limit (${default})."`
	Allow     []string `env:"QRKIOSK_SANDBOX_ALLOW" placeholder:"HOST" help:"Where webhooks may go beside this machine: host, host:port, address or network; may be repeated."`
	Open      bool     `env:"QRKIOSK_SANDBOX_OPEN" help:"Let other machines see the open links and /control too, as in a container whose port is published."`
	URL       string   `env:"QRKIOSK_SANDBOX_URL" placeholder:"URL" help:"Base address of payment links, if others reach the sandbox by another one than it listens on."`

	Fee           string   `env:"QRKIOSK_SANDBOX_FEE" placeholder:"PERCENT" help:"Service fee of the account of --token (1.0)."`
	Callback      []string `env:"QRKIOSK_SANDBOX_CALLBACK" placeholder:"URL" help:"Its list of callback addresses, which calls name by their index; may be repeated."`
	Endpoint      []string `env:"QRKIOSK_SANDBOX_ENDPOINT" placeholder:"URL" help:"Its list of webhook addresses; may be repeated."`
	EncryptionKey string   `env:"QRKIOSK_SANDBOX_ENCRYPTION_KEY" placeholder:"KEY" help:"32 characters with which its webhooks are encrypted."`
	BankTransfer  bool     `env:"QRKIOSK_SANDBOX_BANK_TRANSFER" default:"true" negatable:"" help:"Whether its links offer bank transfer unless a call says otherwise (on)."`

	logFlags `embed:""`
}

// Run serves the gateway until ctx ends.
func (c *sandboxCmd) Run(ctx context.Context, p *process) error {
	log := c.logger(p.stderr)
	if err := assembly.CheckListen(c.Listen, true); err != nil {
		return err
	}
	cfg, err := c.config(log)
	if err != nil {
		return assembly.UsageError{Err: err}
	}
	return assembly.ServeSandbox(ctx, c.Listen, cfg, func(host string) error {
		_, err := fmt.Fprint(p.stdout, c.greeting(host))
		return err
	})
}

func (c *sandboxCmd) greeting(host string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "qrkiosk sandbox %s: play money, nothing is charged\n\n", buildVersion())
	for _, row := range [][2]string{{"API", "/api/v2/"}, {"links", "/"}, {"control", "/control"}, {"OpenAPI", "/sandbox/openapi.json"}} {
		fmt.Fprintf(&b, "  %-8s http://%s%s\n", row[0], host, row[1])
	}
	return b.String()
}

// config turns the flags into what the sandbox is made of.
func (c *sandboxCmd) config(log *slog.Logger) (sandbox.Config, error) {
	cfg := sandbox.Config{
		Book: c.Book, Log: log, Allow: c.Allow, Limit: c.Limit, ControlAnywhere: c.Open, URL: strings.TrimSuffix(c.URL, "/"),
	}
	wire, known := sandbox.ParseWire(c.Wire)
	cfg.Wire = wire
	var err error
	switch {
	case !known:
		return cfg, fmt.Errorf("--wire %q is none of seeds, 2026, 2025 and 2024", c.Wire)
	case c.Limit < 0:
		return cfg, fmt.Errorf("--limit %d: a number of calls, or 0 for no limit", c.Limit)
	case c.Limit == 0:
		cfg.Limit = -1
	}
	if cfg.URL != "" {
		if cfg.URL, err = checkURL("--url", cfg.URL); err != nil {
			return cfg, err
		}
	}
	cfg.Accounts, err = c.accounts()
	return cfg, err
}

// accounts are those of the flags, then those of the file.
func (c *sandboxCmd) accounts() (list []sandbox.Account, err error) {
	if c.Token != "" {
		list = append(list, c.account())
	}
	for i, token := range c.Recipient {
		n := strconv.Itoa(i + 1)
		list = append(list, sandbox.Account{
			Name: "Recipient " + n, Key: "sandbox-recipient-key-" + n, RecipientToken: token, BankTransfer: true,
		})
	}
	if c.Accounts == "" {
		if c.Token == "" {
			return nil, errors.New("--token is missing: the API key that callers will send, or --accounts with a file of accounts")
		}
		return list, nil
	}
	file, err := os.Open(c.Accounts)
	if err != nil {
		return nil, fmt.Errorf("--accounts: %w", err)
	}
	defer assembly.Closing(&err, file.Close)
	more, err := sandbox.ReadAccounts(file)
	if err != nil {
		return nil, fmt.Errorf("--accounts %s: %w", c.Accounts, err)
	}
	return append(list, more...), nil
}

// account is the one of --token.
func (c *sandboxCmd) account() sandbox.Account {
	a := sandbox.DemoAccount()
	a.Name, a.Key, a.ServiceFee = "Sandbox", c.Token, c.Fee
	a.CallbackURLs, a.Endpoints, a.BankTransfer = c.Callback, c.Endpoint, c.BankTransfer
	a.Encryption, a.EncryptionKey = c.EncryptionKey != "", c.EncryptionKey
	return a
}
