package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

// A stream is one kind of refusal, asked for over one connection of its own.
type stream struct {
	name  string
	http  *client
	next  func() (form, authorization string)
	took  []time.Duration
	first answer
}

// answer is what must be the same for every kind.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// perClient is how often one client is asked for: the guard against guessing
// would step in at 20 failures.
const perClient = 15

// tellApart measures how long the refusals of clients that are known, unknown and
// disabled take, in random order, and how well one could tell one from another.
// It judges no times: on a machine that does other things they say little. What
// the answers hold must be the same.
func tellApart(ctx context.Context, o options, name string) error {
	progress("building and starting %s", name)
	sut, err := start(ctx, name)
	if err != nil {
		return err
	}
	defer sut.stop()
	w, err := build(ctx, sut, 1)
	if err != nil {
		return fmt.Errorf("setting up: %w", err)
	}
	for _, group := range []struct {
		method  string
		streams func(context.Context, *world, int) ([]*stream, error)
	}{{"client_secret_basic", secretStreams}, {"private_key_jwt", keyStreams}} {
		progress("%s: registering clients", group.method)
		streams, err := group.streams(ctx, w, o.samples)
		if err != nil {
			return err
		}
		progress("%s: %d requests of each kind", group.method, o.samples)
		if err := sample(ctx, w, streams, o.samples); err != nil {
			return err
		}
		if err := compare(os.Stdout, name+", "+group.method, streams); err != nil {
			return err
		}
	}
	return nil
}

// clients registers as many as the samples need, and returns their ids.
func (w *world) clients(ctx context.Context, samples int, extra map[string]any) ([]string, error) {
	ids := make([]string, samples/perClient+1)
	var wg sync.WaitGroup
	errs := make([]error, len(ids))
	at := make(chan int)
	for range 8 {
		wg.Go(func() {
			for i := range at {
				var a account
				a, errs[i] = w.client(ctx, strings.Split(w.path, "/")[1], extra)
				ids[i] = a.id
			}
		})
	}
	for i := range ids {
		at <- i
	}
	close(at)
	wg.Wait()
	return ids, errors.Join(errs...)
}

// strangers are as many ids that nobody has, of the same form.
func strangers(samples int) []string {
	ids := make([]string, samples/perClient+1)
	for i := range ids {
		raw := make([]byte, 16)
		_, _ = rand.Read(raw)
		ids[i] = base64.RawURLEncoding.EncodeToString(raw)
	}
	return ids
}

func secretStreams(ctx context.Context, w *world, samples int) ([]*stream, error) {
	known, err := w.clients(ctx, samples, nil)
	if err != nil {
		return nil, err
	}
	disabled, err := w.clients(ctx, samples, map[string]any{"disabled": true})
	if err != nil {
		return nil, err
	}
	of := func(name string, ids []string) *stream {
		n := 0
		return &stream{name: name, http: newClient(1), next: func() (string, string) {
			id := ids[n%len(ids)]
			n++
			return "grant_type=client_credentials", account{id, "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234"}.basic()
		}}
	}
	return []*stream{of("wrong secret", known), of("unknown client", strangers(samples)), of("disabled client", disabled)}, nil
}

func keyStreams(ctx context.Context, w *world, samples int) ([]*stream, error) {
	right := map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks(publicKey(w.proofs.key))}
	known, err := w.clients(ctx, samples, right)
	if err != nil {
		return nil, err
	}
	right["disabled"] = true
	disabled, err := w.clients(ctx, samples, right)
	if err != nil {
		return nil, err
	}
	wrong, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	of := func(name string, ids []string) *stream {
		n := 0
		return &stream{name: name, http: newClient(1), next: func() (string, string) {
			id := ids[n%len(ids)]
			n++
			form, _ := newSigner(account{id: id}, w.issuer, "ES256", signES256(wrong)).next() // signed now: nothing was signed ahead
			return form, ""
		}}
	}
	return []*stream{of("wrong signature", known), of("unknown client", strangers(samples)), of("disabled client", disabled)}, nil
}

// sample sends the requests of all streams, one at a time and in random order,
// after each client was asked for once.
func sample(ctx context.Context, w *world, streams []*stream, samples int) error {
	for _, s := range streams {
		for range samples/perClient + 1 {
			if _, _, err := s.ask(ctx, w); err != nil {
				return err
			}
		}
	}
	order := make([]int, 0, len(streams)*samples)
	for i := range streams {
		order = append(order, slices.Repeat([]int{i}, samples)...)
	}
	if err := shuffle(order); err != nil {
		return err
	}
	for _, i := range order {
		s := streams[i]
		took, got, err := s.ask(ctx, w)
		if err != nil {
			return err
		}
		s.took = append(s.took, took)
		if s.first.header == nil {
			s.first = got
		}
		if !got.same(s.first) || streams[0].first.header != nil && !got.same(streams[0].first) {
			return fmt.Errorf("%s can be told from %s by its answer: %d %v %s", s.name, streams[0].name, got.status, got.header, got.body)
		}
	}
	return nil
}

func (a answer) same(b answer) bool {
	return a.status == b.status && bytes.Equal(a.body, b.body) && maps.EqualFunc(a.header, b.header, slices.Equal[[]string])
}

// ask sends one request and takes the time from its first byte to the last of
// the answer. What the request is made of is made before.
func (s *stream) ask(ctx context.Context, w *world) (time.Duration, answer, error) {
	form, authorization := s.next()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.issuer+"/oauth2/token", strings.NewReader(form))
	if err != nil {
		return 0, answer{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	began := time.Now()
	res, err := s.http.http.Do(r)
	if err != nil {
		return 0, answer{}, err
	}
	body, err := io.ReadAll(res.Body)
	took := time.Since(began)
	_ = res.Body.Close()
	if err != nil {
		return 0, answer{}, err
	}
	if res.StatusCode != http.StatusUnauthorized {
		return 0, answer{}, fmt.Errorf("%s: %d %s", s.name, res.StatusCode, body)
	}
	res.Header.Del("Date")
	res.Header.Del("X-Trace-Id")
	return took, answer{res.StatusCode, res.Header, body}, nil
}

func shuffle(order []int) error {
	for i := len(order) - 1; i > 0; i-- {
		j, err := rand.Int(rand.Reader, big.NewInt(int64(i+1)))
		if err != nil {
			return err
		}
		order[i], order[j.Int64()] = order[j.Int64()], order[i]
	}
	return nil
}

// compare prints what a guesser would see of each kind beside the first.
func compare(w io.Writer, title string, streams []*stream) error {
	_, _ = fmt.Fprintf(w, "\n%s: refusals, %d of each kind in random order, µs\n", title, len(streams[0].took))
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(t, "kind\tp10\tmedian\tp90\tslower than the first\tz\t")
	for i, s := range streams {
		slices.Sort(s.took)
		at := func(q float64) float64 { return float64(s.took[int(q*float64(len(s.took)))].Nanoseconds()) / 1000 }
		told := "\t\t"
		if i > 0 {
			share, z := mannWhitney(streams[0].took, s.took)
			told = fmt.Sprintf("%.1f %%\t%.1f\t", 100*share, z)
		}
		_, _ = fmt.Fprintf(t, "%s\t%.0f\t%.0f\t%.0f\t%s\n", s.name, at(0.1), at(0.5), at(0.9), told)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "50 % is what nobody can tell apart. The answers are equal, but for date and trace id.")
	return err
}

// mannWhitney returns the probability that one of b takes longer than one of a,
// and by how many standard deviations that is off a half. Both are sorted.
func mannWhitney(a, b []time.Duration) (share, z float64) {
	n, m := float64(len(a)), float64(len(b))
	u := 0.0
	below, equal := 0, 0
	for _, v := range b {
		for below < len(a) && a[below] < v {
			below++
		}
		equal = max(equal, below)
		for equal < len(a) && a[equal] == v {
			equal++
		}
		u += float64(below) + float64(equal-below)/2
	}
	return u / (n * m), (u - n*m/2) / math.Sqrt(n*m*(n+m+1)/12)
}
