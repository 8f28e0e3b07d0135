//! What belongs to a visitor, as the golden files show it.

use pronto_protocol::model::yours::*;

use super::{Golden, NOW, answer, context, conversation, message, site, visitor_id};

pub(crate) fn receipt() -> ErasureReceipt {
    ErasureReceipt {
        reference: "7K3M-Q2XW-9TRA".into(),
        site: site(),
        visitor_id: visitor_id(),
        erased_at: NOW,
        erased: Erased {
            conversations: 1,
            messages: 2,
            emails: 1,
            contacts: 1,
            files: 3,
            sessions: 2,
            deliveries: 0,
        },
        digest: "9d2f3c5b7a1e4f60819ab2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f607".into(),
    }
}

pub(crate) fn rating() -> Rating {
    Rating { score: 5, words: "Grazie, gentilissimi.".into(), rated_at: NOW }
}

pub(crate) fn bodies(golden: &mut Golden) {
    let seen = VisitorConversation {
        conversation: conversation(),
        last_message: answer(),
        unread: 1,
        rating: Some(rating()),
    };
    golden.check("visitor_conversations", &VisitorConversations { conversations: vec![seen], now: NOW });
    golden.check(
        "visitor_data",
        &VisitorData {
            name: "Panificio Ferri".into(),
            site: site(),
            visitor_id: visitor_id(),
            created_at: NOW,
            email: Some("ana@posta.example".into()),
            contact: Some(crate::contact()),
            blocked_at: None,
            sessions: vec![
                KeptSession { created_at: NOW, ended_at: None },
                KeptSession { created_at: NOW, ended_at: Some(NOW.plus(1_000)) },
            ],
            conversations: vec![KeptConversation {
                conversation: conversation(),
                context: context(),
                messages: vec![message(), answer()],
            }],
        },
    );
    golden.check("set_rating", &SetRating { score: 5, words: "Grazie, gentilissimi.".into() });
    golden.check("erasure_receipt", &receipt());
    golden.check("erasure_checked", &ErasureChecked { genuine: true });
    golden.check(
        "webhook_erased",
        &VisitorErased {
            kind: "visitor.erased".into(),
            timestamp: "2026-09-21T13:33:20Z".into(),
            data: receipt(),
        },
    );
}

#[test]
fn the_digest_is_over_what_the_receipt_says() {
    assert_eq!(
        receipt().text(),
        "pronto-erasure-1\n7K3M-Q2XW-9TRA\npanificio\nv_3kTMd8Qw\n1790000000000\n\
         conversations=1\nmessages=2\nemails=1\ncontacts=1\nfiles=3\nsessions=2\n"
    );
}
