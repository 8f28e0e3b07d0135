//! The words of the reports' page.

use super::Lang;

impl Words {
    /// Those of a language.
    #[must_use]
    pub fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::En => &EN,
            Lang::It => &IT,
        }
    }
}

table! {
    Words;

    report_lead: "Questions in the last {d} days: {n}. Without an answer: {m}.", "Domande negli ultimi {d} giorni: {n}. Senza risposta: {m}.";
    report_as_of: "As of {t}. Weeks, hours and months are those of {z}.", "Aggiornato: {t}. Settimane, ore e mesi secondo {z}.";
    report_slower: "Slower than usual now: whoever waits already waits longer than three quarters did.", "Adesso più lenti del solito: chi aspetta, aspetta già più di tre quarti degli altri.";
    the_numbers: "The numbers", "I numeri";
    download_csv: "Download CSV", "Scarica CSV";
    no_figure: "no figure", "nessun dato";
    not_reached: "not reached", "non raggiunto";
    week_of: "Week of", "Settimana del";
    this_week: "this week", "in corso";
    questions: "Questions", "Domande";
    share_50: "½", "½";
    share_75: "¾", "¾";
    share_90: "9/10", "9/10";
    within_50: "Half within", "Metà entro";
    within_75: "Three quarters within", "Tre quarti entro";
    within_90: "Nine in ten within", "Nove su dieci entro";

    q_wait: "How long do people wait?", "Quanto aspetta chi scrive?";
    a_wait_90: "Half were answered within {a}, three quarters within {b}, nine in ten within {c}.", "Metà ha avuto risposta entro {a}, tre quarti entro {b}, nove su dieci entro {c}.";
    a_wait_75: "Half were answered within {a}, three quarters within {b}; more than one in ten got no answer, or still wait.", "Metà ha avuto risposta entro {a}, tre quarti entro {b}; più di uno su dieci non l’ha avuta, o la aspetta ancora.";
    a_wait_50: "Half were answered within {a}; more than a quarter got no answer, or still wait.", "Metà ha avuto risposta entro {a}; più di un quarto non l’ha avuta, o la aspetta ancora.";
    a_wait_none: "So far fewer than half got an answer.", "Finora meno della metà ha avuto risposta.";
    a_wait_new: "New here: no figure yet. It takes {k} questions; so far: {n}.", "Ancora nessun dato: servono {k} domande, finora sono {n}.";
    wait_name: "Curve: the share that still waits, by how long", "Curva: quanti aspettano ancora, dopo quanto tempo";
    wait_axis: "Still waiting", "Aspettano ancora";
    wait_after: "After", "Dopo";

    q_trend: "Is it getting faster?", "Si risponde più in fretta?";
    a_faster: "Faster: last week half were answered within {a}, the week before within {b}.", "Sì: la settimana scorsa metà ha avuto risposta entro {a}, quella prima entro {b}.";
    a_slower: "Slower: last week half were answered within {a}, the week before within {b}.", "No, più piano: la settimana scorsa metà ha avuto risposta entro {a}, quella prima entro {b}.";
    a_same: "About the same: last week half were answered within {a}, the week before within {b}.", "Più o meno uguale: la settimana scorsa metà ha avuto risposta entro {a}, quella prima entro {b}.";
    a_trend_none: "To tell, it takes two full weeks with questions.", "Per dirlo servono due settimane intere con domande.";
    trend_name: "Three lines: how long half, three quarters and nine in ten waited, week by week", "Tre linee: quanto hanno aspettato metà, tre quarti e nove su dieci, settimana per settimana";
    trend_note: "An open ring rests on fewer than {k} questions. An arrow: not reached, too many without an answer.", "Un cerchio vuoto: meno di {k} domande. Una freccia: non raggiunto, troppi senza risposta.";

    q_when: "When do people write, and when do they wait?", "Quando scrivono, e quando aspettano?";
    a_when: "Most write on {d} ({h}); the longest usual wait is on {e} ({i}): {t}.", "Si scrive di più {d} (ore {h}); l’attesa tipica più lunga è {e} (ore {i}): {t}.";
    a_when_never: "Most write on {d} ({h}); on {e} ({i}) half got no answer.", "Si scrive di più {d} (ore {h}); {e} (ore {i}) metà non ha avuto risposta.";
    a_when_none: "Nobody wrote in the last 12 weeks.", "Nelle ultime 12 settimane non ha scritto nessuno.";
    when_name: "A week by the hour: the usual wait in each, and a bar for how many wrote", "Una settimana ora per ora: l’attesa tipica, e una barra per quanti hanno scritto";
    when_note: "In each hour the usual wait, darker when longer; a dash where half got no answer. The bar: how many wrote, at most {n}.", "In ogni ora l’attesa tipica, più scura se più lunga; un trattino dove metà non ha avuto risposta. La barra: quanti hanno scritto, al massimo {n}.";
    day: "Day", "Giorno";
    hour: "Hour", "Ora";
    usual_wait: "Usual wait", "Attesa tipica";

    q_never: "How many never got an answer?", "Quanti non hanno mai avuto risposta?";
    a_never: "{p} of the questions of the last {d} days that are over, or older than a week.", "{p} delle domande degli ultimi {d} giorni, fra quelle concluse o più vecchie di una settimana.";
    a_never_zero: "None: every question of the last {d} days that is over got its answer.", "Nessuno: ogni domanda conclusa degli ultimi {d} giorni ha avuto risposta.";
    a_never_new: "Nobody wrote in the last {d} days.", "Negli ultimi {d} giorni non ha scritto nessuno.";
    never_name: "Columns: questions answered, and below the line those without an answer, week by week", "Colonne: le domande con risposta e, sotto la linea, quelle senza, settimana per settimana";
    never_note: "The latest may still be answered.", "Le più recenti possono ancora avere risposta.";
    with_answer: "Answered", "Con risposta";
    without_answer: "Without an answer", "Senza risposta";

    q_promises: "Were promises kept?", "Le promesse sono state mantenute?";
    a_promises: "{k} of the {n} promises that came due in the last 12 weeks were kept: {p}.", "Mantenute {k} promesse su {n} fra quelle scadute nelle ultime 12 settimane: {p}.";
    a_promises_none: "No promise has come due yet.", "Nessuna promessa è ancora scaduta.";
    promises_name: "Columns: promises kept, and below the line those missed, week by week", "Colonne: le promesse mantenute e, sotto la linea, quelle mancate, settimana per settimana";
    kept: "Kept", "Mantenute";
    missed: "Missed", "Mancate";

    q_ratings: "How were settled conversations rated?", "Come sono state valutate le conversazioni risolte?";
    a_ratings: "Visitors rated {n} in the last 12 weeks, and {p} of these as good or very good.", "Valutazioni nelle ultime 12 settimane: {n}. Buone od ottime: {p}.";
    rating: "Rating", "Valutazione";
    ratings: "How many", "Quante";
    very_good: "Very good", "Ottima";
    good: "Good", "Buona";
    so_so: "So-so", "Così così";
    bad: "Bad", "Scarsa";
    very_bad: "Very bad", "Pessima";

    q_costs: "What did answers cost, and how much was for being late?", "Quanto sono costate le risposte, e quanto il ritardo?";
    a_costs: "So far in {m}: {t}; of it for late answers: {l}.", "A {m}, finora: {t}; di cui per risposte in ritardo: {l}.";
    a_costs_late_none: "So far in {m}: {t}; nothing for late answers.", "A {m}, finora: {t}; niente per risposte in ritardo.";
    a_costs_quiet: "So far in {m}: nothing charged.", "A {m}, finora: nessun addebito.";
    a_costs_none: "No costs recorded in the last 12 months.", "Nessun costo registrato negli ultimi 12 mesi.";
    costs_unknown: "Messages of this month whose price is unknown, and which stand in no sum: {n}.", "Messaggi di questo mese a prezzo non noto, fuori da ogni somma: {n}.";
    costs_name: "Bars: costs in {c} by month, and the part for late answers", "Barre: costi in {c} mese per mese, e la parte per risposte in ritardo";
    costs_name_unknown: "Months in which no price is known", "Mesi in cui nessun prezzo è noto";
    month: "Month", "Mese";
    currency: "Currency", "Valuta";
    charged: "Charged", "Addebitato";
    for_late: "For late answers", "Per risposte in ritardo";
    late_part: "late: {t}", "in ritardo: {t}";
    unknown_price: "Of unknown price", "Prezzo non noto";
    unknown_part: "of unknown price: {n}", "prezzo non noto: {n}";
    to_statement: "Each message is in the statement", "Ogni messaggio è nell’estratto conto";
    nothing_charged: "nothing", "niente";
    unknown_cost: "unknown", "non noto";

    q_others: "What would others say of the same conversations?", "Che cosa direbbero altri delle stesse conversazioni?";
    a_others: "We say that half wait up to {a}. Counted as Facebook does it is {b}, as Intercom does {c}.", "Noi diciamo: metà aspetta fino a {a}. Contando come Facebook si ottiene {b}, come Intercom {c}.";
    a_others_new: "We have no figure yet. Counted as Facebook does it is {b}, as Intercom does {c}.", "Noi non abbiamo ancora un dato. Contando come Facebook si ottiene {b}, come Intercom {c}.";
    others_name: "Three points on one scale: our figure, Facebook’s, Intercom’s", "Tre punti su una scala: il nostro dato, quello di Facebook, quello di Intercom";
    who_counts: "Who counts", "Chi conta";
    what_counts: "What", "Che cosa";
    over_days: "Over", "Periodo";
    days_n: "{n} days", "{n} giorni";
    answer_is: "Result", "Risultato";
    pronto: "Pronto", "Pronto";
    facebook: "Facebook", "Facebook";
    intercom: "Intercom", "Intercom";
    pronto_counts: "Median wait; whoever has no answer counts as waiting", "Attesa mediana; chi non ha risposta conta come in attesa";
    facebook_time: "Mean of the fastest 90 % of the answered", "Media del 90 % più veloce fra chi ha avuto risposta";
    facebook_rate: "Share answered", "Quota con risposta";
    facebook_badge: "Badge: at least 90 % answered, and 15 minutes or less", "Distintivo: almeno il 90 % con risposta, e 15 minuti al massimo";
    intercom_counts: "Median of the answered, by the opening hours; none below {k}", "Mediana fra chi ha avuto risposta, sugli orari di apertura; niente sotto {k}";
    badge_shown: "shown", "si vedrebbe";
    badge_hidden: "not shown", "non si vedrebbe";
    how_computed: "How our figure is computed", "Come si calcola il nostro dato";
    public_json: "The public figures (JSON)", "I dati pubblici (JSON)";
    public_badge: "The badge for your site", "Il distintivo per il tuo sito";
}
