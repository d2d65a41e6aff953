package egresstest

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// serveDNS answers queries on one connection, each preceded by its length as on
// TCP (RFC 1035, section 4.2.2).
func serveDNS(conn net.Conn, answer func(string) *Answer) {
	defer func() { _ = conn.Close() }()
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		reply, err := respond(query, answer)
		if err != nil {
			return
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)); err != nil {
			return
		}
	}
}

func respond(raw []byte, answer func(string) *Answer) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(raw); err != nil {
		return nil, err
	}
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	a := answer(strings.TrimSuffix(q.Name.String(), "."))
	if a == nil {
		m.RCode = dnsmessage.RCodeNameError
		return m.Pack()
	}
	name := q.Name
	head := func(t dnsmessage.Type) dnsmessage.ResourceHeader {
		return dnsmessage.ResourceHeader{Name: name, Type: t, Class: dnsmessage.ClassINET}
	}
	if a.Alias != "" {
		alias, err := dnsmessage.NewName(a.Alias + ".")
		if err != nil {
			return nil, err
		}
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(dnsmessage.TypeCNAME), Body: &dnsmessage.CNAMEResource{CNAME: alias}})
		name = alias
	}
	for _, address := range a.Addresses {
		switch ip := netip.MustParseAddr(address); {
		case ip.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(q.Type), Body: &dnsmessage.AResource{A: ip.As4()}})
		case !ip.Is4() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(q.Type), Body: &dnsmessage.AAAAResource{AAAA: ip.As16()}})
		}
	}
	return m.Pack()
}
