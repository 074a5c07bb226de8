from tests.makers import make_account, make_user, sign_in
def test_x(app, client):
    make_account()
    u=make_user()
    sign_in(client,u)
    r=client.get('/people/1'); print(r.status_code, r.text[:300])
    r=client.get('/'); print(r.status_code, r.text[:300])
