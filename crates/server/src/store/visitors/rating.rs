//! How visitors rate settled conversations.

use pronto_protocol::id::{ConversationId, Millis, SiteKey};
use pronto_protocol::model::Status;
use pronto_protocol::model::yours::{Rating, SetRating};

use crate::store::conversations::lock;
use crate::store::engine::connection::{Connection, DbError, Row};
use crate::store::{Store, StoreError};

impl Store {
    /// Keeps how a settled conversation was rated, in place of how it was rated before since it was settled; whether it
    /// is settled.
    ///
    /// # Errors
    /// When the database does not answer or its disk is full.
    pub async fn rate(
        &self,
        id: &ConversationId,
        rating: SetRating,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let id = id.clone();
        let write = move |c: &mut Connection| {
            let Some(locked) = lock(c, &id)? else { return Ok(false) };
            if locked.state.status != Status::Resolved || locked.state.visitor_seq == 0 {
                return Ok(false);
            }
            let sql = "insert into rating (conversation_id, visitor_seq, site_key, score, words, rated_at) \
                values ($1, $2, $3, $4, $5, $6) on conflict (conversation_id, visitor_seq) \
                do update set score = excluded.score, words = excluded.words, rated_at = excluded.rated_at";
            let values = [
                id.as_str().into(),
                locked.state.visitor_seq.into(),
                locked.site.as_str().into(),
                i64::from(rating.score).into(),
                (&rating.words).into(),
                now.into(),
            ];
            c.execute(sql, &values)?;
            Ok(true)
        };
        self.engine.write(write).await
    }

    /// How often each score from 1 to 5 was given at a site since then.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn scores(&self, site: &SiteKey, since: Millis) -> Result<[u32; 5], StoreError> {
        let site = site.clone();
        let read = move |c: &mut Connection| {
            let sql =
                "select score, count(*) from rating where site_key = $1 and rated_at >= $2 group by score";
            let mut scores = [0; 5];
            for row in c.query(sql, &[site.as_str().into(), since.into()])? {
                let place = usize::try_from(row.int(0)? - 1).unwrap_or(usize::MAX);
                if let Some(count) = scores.get_mut(place) {
                    *count = u32::try_from(row.int(1)?).unwrap_or(u32::MAX);
                }
            }
            Ok(scores)
        };
        self.engine.read(read).await
    }
}

/// A rating from three columns of a row that begin at `from`: score, words and time.
pub(in crate::store) fn rating(row: &mut Row, from: usize) -> Result<Option<Rating>, DbError> {
    let Some(score) = row.opt_int(from)? else { return Ok(None) };
    let score = u8::try_from(score).unwrap_or_default();
    Ok(Some(Rating { score, words: row.text(from + 1)?, rated_at: row.at(from + 2)? }))
}
