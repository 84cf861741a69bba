"""What must hold of every record delivered, whatever the totals."""

import duckdb
import pytest

pytestmark = pytest.mark.xdist_group("synthetic")

DAY, MINUTE = "%d/%m/%Y", "%d/%m/%Y %H:%M"


@pytest.fixture(scope="module")
def con(raw):
    with duckdb.connect() as con:
        for feed in ("crimes", "victims", "suspects", "outcomes"):
            files = f"{raw}/derbyshire_constabulary/{feed}/*.csv"
            con.execute(f"create table {feed} as from read_csv('{files}', all_varchar = true, filename = true)")
        yield con


def none(con, sql):
    return con.execute(f"select count(*) from ({sql})").fetchall() == [(0,)]


def test_sixty_one_months_of_each_feed(con):
    for feed in ("crimes", "victims", "suspects", "outcomes"):
        assert con.execute(f"select count(distinct filename) from {feed}").fetchall() == [(61,)]


def test_a_realistic_body_of_crime(con):
    years = con.execute(
        f"""
        select count(*) from crimes
        where parse_filename(filename) < '2024-04'
        group by year(strptime("Recorded Date Time", '{MINUTE}') - interval 3 month)
        """
    ).fetchall()
    assert len(years) == 5
    assert all(50_000 < number < 70_000 for (number,) in years)


@pytest.mark.parametrize(
    ("feed", "date", "form"),
    [
        ("crimes", "Recorded Date Time", MINUTE),
        ("victims", "Crime Recorded Date Time", MINUTE),
        ("suspects", "Crime Recorded Date Time", MINUTE),
        ("outcomes", "Outcome Date", DAY),
    ],
)
def test_each_file_holds_its_period(con, feed, date, form):
    assert none(con, f"""from {feed} where strftime(strptime("{date}", '{form}'), '%Y-%m') != parse_filename(filename)[:7]""")


def test_keys_are_unique(con):
    assert none(con, """select 1 from crimes group by "Crime Reference" having count(*) > 1""")
    for feed in ("victims", "suspects"):
        assert none(con, f"""select 1 from {feed} group by "Crime Reference", "Nominal Reference" having count(*) > 1""")
    assert none(con, """select 1 from outcomes group by "Crime Reference", "Outcome Sequence", filename having count(*) > 1""")


def test_people_and_outcomes_belong_to_a_crime(con):
    for feed in ("victims", "suspects", "outcomes"):
        assert none(con, f"""from {feed} anti join crimes using ("Crime Reference")""")


def test_one_birth_sex_and_ethnicity_per_person(con):
    people = "from victims select * union all by name from suspects select *"
    assert none(
        con,
        f"""
        select 1 from ({people}) group by "Nominal Reference"
        having count(distinct coalesce("Date of Birth", '-')) > 1 or count(distinct coalesce("Sex", '-')) > 1
            or count(distinct coalesce("Self Defined Ethnicity", '-')) > 1
        """,
    )
    assert none(con, f"""from ({people}) where strptime("Date of Birth", '{DAY}') > strptime("Offence Date", '{DAY}')""")


def test_times_are_in_order(con):
    assert none(
        con,
        f"""
        from (
            select strptime("Committed From", '{MINUTE}') as begun, strptime("Committed To", '{MINUTE}') as ended,
                strptime("Recorded Date Time", '{MINUTE}') as recorded
            from crimes
        ) where begun > recorded or ended < begun or ended > recorded
        """,
    )
    assert none(
        con,
        f"""
        from outcomes inner join crimes using ("Crime Reference")
        where strptime("Outcome Date", '{DAY}') < date_trunc('day', strptime("Recorded Date Time", '{MINUTE}'))
        """,
    )


def test_a_later_delivery_revises_some_outcomes(con):
    ((revised,),) = con.execute(
        """select count(*) from (from outcomes select 1 group by "Crime Reference", "Outcome Sequence" having count(*) > 1)"""
    ).fetchall()
    assert revised > 1000


def test_a_place_is_whole_or_unknown(con):
    columns = ["District", "Ward Code", "Ward Name", "Easting", "Northing", "LSOA Code"]
    known = " + ".join(f'("{name}" is not null)::int' for name in columns)
    assert con.execute(f"select distinct {known} from crimes order by 1").fetchall() == [(0,), (6,)]


def test_the_body_of_crime_holds_what_the_definition_leaves_out(con):
    for condition in (
        """ "HO Sub Code" = '005/01' and "Domestic Abuse Flag" = 'Y'""",
        """ "HO Class" in ('1', '4.1') and "Domestic Abuse Flag" = 'Y'""",
        """ "HO Class" = '106' and "Modern Slavery Flag" = 'Y'""",
        """ "HO Sub Code" = '008/01' and "Modern Slavery Flag" = 'Y'""",
        """ "HO Sub Code" = '008/06' and "Knife Crime Flag" = 'Y'""",
        """ "HO Sub Code" = '019/08' and "Knife Crime Flag" = 'Y'""",
        """ "HO Sub Code" = '003/01' and "Knife Crime Flag" = 'Y'""",
        """ "HO Sub Code" = '008/75'""",
        """ "Weapon Description" = 'Knife/blade' and "Knife Crime Flag" = 'N'""",
    ):
        ((number,),) = con.execute(f"select count(*) from crimes where {condition}").fetchall()
        assert number > 3, condition


def test_strangulation_is_not_recorded_before_it_was_an_offence(con):
    ((first,),) = con.execute(
        """select min(parse_filename(filename)[:7]) from crimes where "HO Sub Code" = '008/75'"""
    ).fetchall()
    assert first >= "2022-06"
