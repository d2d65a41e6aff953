package domain

import (
	"time"

	"github.com/google/uuid"
)

// State of a tenant or workspace.
type State string

// A suspended tenant or workspace answers nobody; a deleted one keeps its slug
// for ever, so that no later tenant can inherit it.
const (
	StateActive    State = "active"
	StateSuspended State = "suspended"
	StateDeleted   State = "deleted"
)

// Tenant is a customer of the service.
type Tenant struct {
	ID          uuid.UUID
	TID         string
	DisplayName string
	State       State
	// AdminWorkspaceID is the row key of the workspace "admin", where the
	// tenant's members log in.
	AdminWorkspaceID uuid.UUID
	// EmailVerified is false while registration waits for its owner's e-mail.
	EmailVerified bool
	Version       int64 // grows with every change; the ETag
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Role of a member of a tenant.
type Role string

// Owners may do everything, admins everything but end the tenant or change
// who owns it, auditors may read.
const (
	RoleOwner   Role = "owner"
	RoleAdmin   Role = "admin"
	RoleAuditor Role = "auditor"
)

// Valid tells whether the role is one of the three.
func (r Role) Valid() bool { return r == RoleOwner || r == RoleAdmin || r == RoleAuditor }

// Member is a user of the workspace "admin" with a role in the tenant.
type Member struct {
	UserID    string
	Email     string
	Name      string
	Role      Role
	Disabled  bool
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Invitation asks somebody to become a member. Only a hash of its token is kept.
type Invitation struct {
	ID         uuid.UUID
	Email      string
	Role       Role
	TokenHash  []byte
	InvitedBy  string
	CreatedAt  time.Time
	ExpiresAt  time.Time
	AcceptedAt time.Time
}
