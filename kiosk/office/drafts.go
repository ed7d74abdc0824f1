package office

import (
	"context"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// drafts keeps the files that were previewed, sealed, until they are applied.
type drafts struct {
	kernel *shop.Kernel
	vault  kiosk.Vault
	random kiosk.Entropy
}

// keep seals a file until it is imported.
func (df *drafts) keep(ctx context.Context, by kiosk.OfficeActor, kind string, raw []byte) (string, error) {
	secret := df.random.Secret(18)
	d := kiosk.Draft{Hash: kiosk.HashSecret(secret), Kind: kind, By: by.User, Expires: df.kernel.Now() + draftMillis}
	var err error
	if d.Sealed, err = df.vault.Seal(raw, "draft "+d.Hash); err != nil {
		return "", err
	}
	return secret, df.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutDraft(d) })
}

// open opens a file again; one that is not there any more, or not of the actor, is [kiosk.Gone].
func (df *drafts) open(r kiosk.EnrolmentReader, by kiosk.OfficeActor, kind, secret string) ([]byte, error) {
	d, err := r.Draft(kiosk.HashSecret(secret))
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && (d.By != by.User || d.Kind != kind)) {
		return nil, &kiosk.Error{Code: kiosk.Gone, Key: KeyImportGone}
	}
	if err != nil {
		return nil, err
	}
	return df.vault.Open(d.Sealed, "draft "+d.Hash)
}
