def test_db(database):
    import sqlalchemy
    e = sqlalchemy.create_engine(database)
    with e.connect() as c:
        assert c.execute(sqlalchemy.text("select 1")).scalar() == 1
